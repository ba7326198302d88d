/// How a catalogue is opened, on the thread that asks or on one that may hang.
#pragma once

#include "attempt.hpp"
#include "key_file.hpp"
#include "state.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/store/document_store.hpp>

#include <memory>

namespace splitplot::catalogue {

/// A store, and the state that was read from it.
struct Loaded {
  std::shared_ptr<store::DocumentStore> store;
  State state;
};

using Opening = Attempt<Result<Loaded>>;

/// Begins to open and read a catalogue that is there; makes nothing.
[[nodiscard]] Opening begin_opening(const CatalogueOptions& options, const Secrets& secrets);

}  // namespace splitplot::catalogue
