/// Stands where the document store was, or should be: refuses everything, and says why. Any thread.
#pragma once

#include "last_good.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/document_store.hpp>

#include <memory>

namespace splitplot::catalogue {

/// What callers are told while the catalogue is away.
[[nodiscard]] Error away_error(const Error& why);

[[nodiscard]] std::shared_ptr<store::DocumentStore> make_away_store(Error why);

/// Answers the latest rows, and nothing older: what a state is loaded from when there is only the last good file.
[[nodiscard]] std::unique_ptr<store::DocumentStore> make_last_good_store(LastGood rows);

}  // namespace splitplot::catalogue
