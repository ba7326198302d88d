/// A change as the rows that are stored of it.
#pragma once

#include "state.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/store/document_store.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::catalogue {

/// Who changes what, and when.
struct ChangeNote {
  std::string author;
  std::string message;
  Timestamp time;
};

/// The change that leads from one state of a scope to the next, whose new versions carry `revision`: the change, linked
/// behind `previous_hash`, its versions, and the plans of the experiments that it starts. Errors: those of the store, from which differences are made.
[[nodiscard]] Result<store::DocumentTransaction> change_rows(store::DocumentStore& store,
                                                             const ScopeState& before,
                                                             const ScopeState& after, Revision revision,
                                                             std::string previous_hash,
                                                             const ChangeNote& note);

}  // namespace splitplot::catalogue
