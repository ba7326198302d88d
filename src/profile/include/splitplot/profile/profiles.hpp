/// Live profiles: what is known of each unit. Written by the one thread that applies events, read by every thread that
/// decides; a reader gets an immutable profile. Only what is durable in the journal is ever seen.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/base/unit.hpp>
#include <splitplot/base/value.hpp>
#include <splitplot/store/online.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace splitplot::profile {

struct Profile {
  Value traits;  ///< an object: declared by identify; "id" is not among them
  Timestamp first_seen;
  Timestamp last_seen;
  std::uint64_t events = 0;
  /// What experiments have assigned for good: an object of attributes, each an object of "<experiment>__<version>" to
  /// the key of a variant, the oldest first. Null: nothing.
  Value assignments = {};
};

/// The bytes that the online store keeps (docs/formats/online-store.md).
[[nodiscard]] std::string encode(const Profile& profile);
/// Errors: BadData (damaged, or of a newer format).
[[nodiscard]] Result<Profile> decode(std::string_view bytes);

/// The profiles that changed between two moments, as they were at the second. Immutable: any thread.
class ChangeSet {
 public:
  struct Content;
  ChangeSet() = default;
  explicit ChangeSet(std::shared_ptr<const Content> content) : content_(std::move(content)) {}
  [[nodiscard]] std::size_t size() const;
  /// Encodes them.
  [[nodiscard]] std::vector<store::OnlineCheckpoint::ProfileWrite> writes() const;

 private:
  std::shared_ptr<const Content> content_;
};

/// Where profiles of all environments are looked up and changed. A profile that changed stays in memory until it was
/// stored; of the others, those used last.
class Profiles {
 public:
  /// `hot_profiles` of them are kept in memory at most, besides those that changed since the last checkpoint.
  Profiles(const store::OnlineStore& store, std::size_t hot_profiles);
  ~Profiles();

  /// The profile as of the last applied event; null for a unit never seen. Any thread. A store that cannot be read is
  /// answered like a unit never seen, and counted: a decision never fails.
  [[nodiscard]] std::shared_ptr<const Profile> find(std::string_view scope, const Unit& unit) const;

  /// The same for who must not go on without an answer. Errors: those of the store, BadData.
  [[nodiscard]] Result<std::shared_ptr<const Profile>> read(std::string_view scope, const Unit& unit) const;

  /// Makes a changed profile visible. The applying thread.
  void publish(std::string_view scope, const Unit& unit, std::shared_ptr<const Profile> profile);

  /// What changed since the last call. The applying thread; not again before `changes_saved`.
  [[nodiscard]] ChangeSet take_changes();

  /// The changes taken last are in the store, so they need not stay in memory. Any thread.
  void changes_saved();

  /// Profiles that changed since the last `take_changes`. The applying thread.
  [[nodiscard]] std::size_t unsaved() const;

  [[nodiscard]] std::uint64_t failed_reads() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace splitplot::profile
