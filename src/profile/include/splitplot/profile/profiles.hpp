/// Live profiles: what is known of each unit. Written by the one thread that applies events, read by every thread that
/// decides; a reader gets an immutable profile. Only what is durable in the journal is ever seen.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/store/online.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace splitplot::profile {

struct Profile {
  Value traits;  ///< an object: declared by identify; "id" is not among them
  Timestamp first_seen;
  Timestamp last_seen;
  std::uint64_t events = 0;
};

[[nodiscard]] std::string encode(const Profile& profile);
[[nodiscard]] Result<Profile> decode(std::string_view bytes);

/// Where profiles of one environment are looked up and changed.
class Profiles {
 public:
  /// `hot_profiles` of them are kept in memory at most, besides those that changed since the last checkpoint.
  Profiles(const store::OnlineStore& store, std::size_t hot_profiles);
  ~Profiles();

  /// The profile as of the last applied event; null for a unit never seen. Any thread. A store that cannot be read is
  /// answered like a unit never seen, and counted: a decision never fails.
  [[nodiscard]] std::shared_ptr<const Profile> find(std::string_view scope, const Unit& unit) const;

  /// Makes changed profiles visible, all at once per unit. The applying thread.
  void publish(std::string_view scope, const Unit& unit, std::shared_ptr<const Profile> profile);

  /// Moves out what changed since the last call, for a checkpoint; it stays readable. The applying thread.
  [[nodiscard]] std::vector<store::OnlineCheckpoint::ProfileWrite> take_changes();

  [[nodiscard]] std::uint64_t failed_reads() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace splitplot::profile
