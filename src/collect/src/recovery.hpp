/// What the journal has and the online store does not reflect yet, applied at start.
#pragma once

#include "checkpointer.hpp"
#include "seen_events.hpp"

#include <splitplot/base/log.hpp>
#include <splitplot/profile/profiles.hpp>
#include <splitplot/store/journal.hpp>
#include <splitplot/store/online.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace splitplot::collect {

struct Replayed {
  std::uint64_t records = 0;
  std::uint64_t undecodable = 0;
  std::uint64_t traits_dropped = 0;
  std::optional<Checkpoint> unwritten;  ///< was tried and failed: to be tried again
};

struct ReplayLimits {
  std::size_t checkpoint_changes = 0;  ///< a checkpoint is written each time so many are not saved
  std::size_t unsaved_changes = 0;     ///< more that cannot be saved is an error
};

/// Applies each record as the pipeline would, without journalling it again; what is damaged is counted, logged and
/// skipped. A full disk does not keep it from ending, if memory holds what cannot be saved. Errors: BadData (the store reflects what the journal does not have), ResourceLimit, those of the two.
[[nodiscard]] Result<Replayed> replay(store::Journal& journal, store::OnlineStore& store,
                                      profile::Profiles& profiles, SeenEvents& seen, const Clock& clock,
                                      Log& log, const ReplayLimits& limits);

}  // namespace splitplot::collect
