// Profiles in 64 shards, each behind its own mutex, so that deciding threads seldom meet one another or the applying
// thread. A shard knows three places, newest first:
//   changed  since the last checkpoint was begun: here and in the journal, nowhere else
//   saving   frozen, being written by a checkpoint
//   hot      a copy of what the store has; the least recently used one goes when there are too many
// and behind them stands the store. `changed` becomes `saving` by handing over a pointer, so a checkpoint costs the
// applying thread nothing, and what it writes is the state at one offset, whatever is published meanwhile.
#include <splitplot/profile/profiles.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <unordered_map>

namespace splitplot::profile {

namespace {

using ProfilePointer = std::shared_ptr<const Profile>;

constexpr std::size_t kShards = 64;

struct TextHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's word
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

using ProfileMap = std::unordered_map<std::string, ProfilePointer, TextHash, std::equal_to<>>;

/// Environment, unit kind and id in one text: one allocation per profile, and none to look it up. The text that is
/// answered is the thread's, good until the next call.
std::string_view key_of(std::string_view scope, const Unit& unit) {
  thread_local std::string key;
  key.assign(scope);
  key.push_back('\0');
  key.push_back(static_cast<char>(unit.kind));
  key.append(unit.id);
  return key;
}

store::OnlineCheckpoint::ProfileWrite write_of(std::string_view key, const Profile& profile) {
  const std::size_t end = key.find('\0');
  return {.scope = std::string(key.substr(0, end)),
          .unit = {static_cast<UnitKind>(key[end + 1]), std::string(key.substr(end + 2))},
          .bytes = encode(profile)};
}

class Shard {
 public:
  /// What memory knows, and how often changes have left it for the store.
  struct Look {
    ProfilePointer profile;
    std::uint64_t releases = 0;
  };
  Look look(std::string_view key) {
    const std::lock_guard lock(mutex_);
    return {in_memory(key), releases_};
  }

  /// Keeps what was read from the store, unless the memory knows better by now, or may have known better and let go.
  ProfilePointer keep(std::string_view key, ProfilePointer read, std::uint64_t releases,
                      std::size_t capacity) {
    const std::lock_guard lock(mutex_);
    if (auto newer = in_memory(key)) return newer;
    if (releases == releases_) insert_hot(std::string(key), read, capacity);
    return read;
  }

  /// Answers whether the profile was not among the changed ones yet.
  bool publish(std::string_view key, ProfilePointer profile) {
    const std::lock_guard lock(mutex_);
    if (const auto hot = hot_by_key_.find(key); hot != hot_by_key_.end()) {
      const auto place = hot->second;
      hot_by_key_.erase(hot);
      hot_.erase(place);
    }
    if (const auto changed = changed_.find(key); changed != changed_.end()) {
      changed->second = std::move(profile);
      return false;
    }
    changed_.emplace(key, std::move(profile));
    return true;
  }

  std::shared_ptr<const ProfileMap> take_changes() {
    const std::lock_guard lock(mutex_);
    saving_ = std::make_shared<const ProfileMap>(std::move(changed_));
    changed_.clear();
    return saving_;
  }

  void changes_saved(std::size_t capacity) {
    const std::lock_guard lock(mutex_);
    if (!saving_) return;
    for (const auto& [key, profile] : *saving_) {
      if (!changed_.contains(key)) insert_hot(key, profile, capacity);
    }
    saving_.reset();
    ++releases_;
  }

 private:
  struct Hot {
    std::string key;
    ProfilePointer profile;
  };

  ProfilePointer in_memory(std::string_view key) {
    if (const auto found = changed_.find(key); found != changed_.end()) return found->second;
    if (saving_) {
      if (const auto found = saving_->find(key); found != saving_->end()) return found->second;
    }
    const auto found = hot_by_key_.find(key);
    if (found == hot_by_key_.end()) return nullptr;
    hot_.splice(hot_.begin(), hot_, found->second);
    return found->second->profile;
  }

  void insert_hot(std::string key, ProfilePointer profile, std::size_t capacity) {
    if (capacity == 0) return;
    if (hot_.size() >= capacity) {
      hot_by_key_.erase(hot_.back().key);
      hot_.pop_back();
    }
    hot_.push_front({std::move(key), std::move(profile)});
    hot_by_key_.emplace(hot_.front().key, hot_.begin());
  }

  std::mutex mutex_;
  ProfileMap changed_;
  std::shared_ptr<const ProfileMap> saving_;
  std::list<Hot> hot_;  ///< used last first; none that is changed or being saved
  std::unordered_map<std::string_view, std::list<Hot>::iterator>
      hot_by_key_;  ///< views of the keys in the list
  std::uint64_t releases_ = 0;
};

}  // namespace

struct ChangeSet::Content {
  std::array<std::shared_ptr<const ProfileMap>, kShards> shards;
};

std::size_t ChangeSet::size() const {
  std::size_t size = 0;
  if (!content_) return size;
  for (const auto& shard : content_->shards) size += shard->size();
  return size;
}

std::vector<store::OnlineCheckpoint::ProfileWrite> ChangeSet::writes() const {
  std::vector<store::OnlineCheckpoint::ProfileWrite> writes;
  if (!content_) return writes;
  writes.reserve(size());
  for (const auto& shard : content_->shards) {
    for (const auto& [key, profile] : *shard) writes.push_back(write_of(key, *profile));
  }
  return writes;
}

struct Profiles::State {
  State(const store::OnlineStore& from, std::size_t hot_profiles)
      : store(from), shard_capacity((hot_profiles + kShards - 1) / kShards) {}

  Shard& shard_of(std::string_view key) {
    // The upper bits: the maps inside a shard spread by the lower ones.
    return shards[(TextHash{}(key) >> 32) % kShards];
  }

  const store::OnlineStore& store;
  std::size_t shard_capacity;
  std::array<Shard, kShards> shards;
  std::size_t unsaved = 0;
  std::atomic<std::uint64_t> failed_reads{0};
};

Profiles::Profiles(const store::OnlineStore& store, std::size_t hot_profiles)
    : state_(std::make_unique<State>(store, hot_profiles)) {}

Profiles::~Profiles() = default;

std::shared_ptr<const Profile> Profiles::find(std::string_view scope, const Unit& unit) const {
  auto profile = read(scope, unit);
  if (profile) return std::move(*profile);
  state_->failed_reads.fetch_add(1);
  return nullptr;
}

Result<std::shared_ptr<const Profile>> Profiles::read(std::string_view scope, const Unit& unit) const {
  const std::string_view key = key_of(scope, unit);
  Shard& shard = state_->shard_of(key);
  const auto look = shard.look(key);
  if (look.profile) return look.profile;
  const auto bytes = state_->store.profile(scope, unit);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  // A unit never seen; or one that was published and saved since the look, which then counts as after this reading.
  if (!*bytes) return nullptr;
  auto profile = decode(**bytes);
  if (!profile) return tl::unexpected<Error>(std::move(profile.error()));
  return shard.keep(key, std::make_shared<const Profile>(std::move(*profile)), look.releases,
                    state_->shard_capacity);
}

void Profiles::publish(std::string_view scope, const Unit& unit, std::shared_ptr<const Profile> profile) {
  const std::string_view key = key_of(scope, unit);
  if (state_->shard_of(key).publish(key, std::move(profile))) ++state_->unsaved;
}

ChangeSet Profiles::take_changes() {
  auto content = std::make_shared<ChangeSet::Content>();
  for (std::size_t i = 0; i < kShards; ++i) content->shards[i] = state_->shards[i].take_changes();
  state_->unsaved = 0;
  return ChangeSet(std::move(content));
}

void Profiles::changes_saved() {
  for (Shard& shard : state_->shards) shard.changes_saved(state_->shard_capacity);
}

std::size_t Profiles::unsaved() const {
  return state_->unsaved;
}

std::uint64_t Profiles::failed_reads() const {
  return state_->failed_reads.load();
}

}  // namespace splitplot::profile
