/// What an event does to profiles: the same while it is sequenced and when the journal is replayed.
#pragma once

#include <splitplot/collect/event.hpp>
#include <splitplot/profile/profiles.hpp>

#include <cstddef>
#include <optional>

namespace splitplot::collect {

/// A profile is one unit's, and events come from strangers: more than this is not kept.
inline constexpr std::size_t kMaximumTraits = 200;
inline constexpr std::size_t kMaximumTraitBytes = std::size_t{32} * 1024;
/// Of one attribute; beyond it the oldest goes.
inline constexpr std::size_t kMaximumAssignments = 200;

/// What an event says about one unit.
struct ProfileChange {
  Unit unit;
  Timestamp time;                                    ///< corrected
  Value traits;                                      ///< to be merged: an object, or null
  std::optional<LastingAssignment> assignment = {};  ///< in the place of all else: the unit did nothing
};

struct ProfileChanges {
  ProfileChange unit;                    ///< of who the event is about
  std::optional<ProfileChange> account;  ///< of the group that a Group event describes
};

[[nodiscard]] ProfileChanges profile_changes(const Event& event);

/// Counts the event, and merges its traits by their names: a new value replaces the old one as a whole, null takes the
/// trait away. "id" is no trait. Answers how many traits found no room. A lasting assignment is noted, and no event.
std::size_t apply(const ProfileChange& change, profile::Profile& profile);

}  // namespace splitplot::collect
