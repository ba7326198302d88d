/// A file layer in memory for tests of durability. It forgets what was not synced when the power is cut, tears what
/// was half written, fails at the Nth sync, runs full, and notes who syncs a file again whose sync has failed.
///
/// Every call that changes something is a step. After the step `cut_power_at` nothing changes any more and all such
/// calls fail: the power is gone. `after_power_cut` answers what the disk holds then. Any thread.
#pragma once

#include <splitplot/base/random.hpp>
#include <splitplot/store/file_system.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace splitplot::store::test {

/// What becomes of bytes and names that were not synced.
enum class Unsynced {
  Forgotten,  ///< all of them are gone
  Kept,       ///< all of them are there
  Prefix,     ///< of each file a prefix is there, of the names some
  Torn,       ///< of each file some cells are there, the others old or zero; of the names some
};

class ForgettingFileSystem final : public FileSystem {
 private:
  static constexpr std::size_t kCellBytes =
      32;  ///< torn in smaller pieces than real disks do: it only finds more

  static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();

  struct Node {
    std::string live;
    std::string durable;
    bool sync_failed = false;
    bool dirty_lost =
        false;  ///< as Linux does: after a failed sync the bytes count as clean, and are not written
    std::pair<std::uint64_t, std::uint64_t> unreadable{0, 0};
  };
  using Names = std::map<std::string, std::shared_ptr<Node>>;  // a directory is a name without a node

  struct Disk {
    mutable std::mutex mutex;
    Names live;
    Names durable;
    std::set<std::string> locks;
    RandomStream random{1};
    std::uint64_t steps = 0;
    std::uint64_t syncs = 0;
    std::uint64_t cut_at = kEndless;
    std::set<std::uint64_t> failing_syncs;
    int repeated_syncs = 0;
    bool fail_truncations = false;
    std::uint64_t capacity = kEndless;
    bool fullness_hidden = false;

    [[nodiscard]] std::uint64_t used() const {
      std::uint64_t bytes = 0;
      for (const auto& [path, node] : live) bytes += node ? node->live.size() : 0;
      return bytes;
    }
    /// Whether the power is there before the step, and after it.
    enum class Power { On, GoesNow, Off };
    Power step() {
      ++steps;
      return steps < cut_at ? Power::On : steps == cut_at ? Power::GoesNow : Power::Off;
    }
    bool next_sync_fails() { return failing_syncs.contains(++syncs); }
  };

  class OpenFile;
  class HeldLock;

  template <typename Task>
  auto locked(Task task) const {
    const std::lock_guard lock(disk_->mutex);
    return task(*disk_);
  }
  static tl::unexpected<Error> no_power() { return fail(ErrorCode::Unreadable, "the power is gone"); }
  static tl::unexpected<Error> no_file(const std::string& path) {
    return fail(ErrorCode::Unreadable, path + " is not there");
  }

 public:
  static constexpr std::uint64_t kNever = kEndless;

  ForgettingFileSystem() : disk_(std::make_shared<Disk>()) { disk_->live[""] = disk_->durable[""] = nullptr; }

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Result<void> remove(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> sync_directory(const std::string& directory) override;
  Result<void> make_directory(const std::string& directory) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Result<bool> is_locked(const std::string& path) override {
    return locked([&](const Disk& disk) { return disk.locks.contains(path); });
  }
  Result<std::uint64_t> free_bytes(const std::string& directory) override;

  /// Steps so far: writes, truncations, creations, removals, renames and syncs.
  [[nodiscard]] std::uint64_t steps() const {
    return locked([](const Disk& disk) { return disk.steps; });
  }
  [[nodiscard]] std::uint64_t syncs() const {
    return locked([](const Disk& disk) { return disk.syncs; });
  }
  /// Syncs of a file that were asked for after one of the same file had failed.
  [[nodiscard]] int repeated_syncs() const {
    return locked([](const Disk& disk) { return disk.repeated_syncs; });
  }
  [[nodiscard]] std::uint64_t used_bytes() const {
    return locked([](const Disk& disk) { return disk.used(); });
  }

  /// The power goes during this step, counted from 1: a write may get part of its bytes into the cache.
  void cut_power_at(std::uint64_t step, std::uint64_t seed) {
    locked([&](Disk& disk) {
      disk.cut_at = step;
      disk.random = RandomStream(seed);
    });
  }
  /// These syncs fail, counted from 1; of files and of directories.
  void fail_syncs(std::set<std::uint64_t> which) {
    locked([&](Disk& disk) { disk.failing_syncs = std::move(which); });
  }
  void fail_truncations(bool fail) {
    locked([&](Disk& disk) { disk.fail_truncations = fail; });
  }
  void set_capacity(std::uint64_t bytes) {
    locked([&](Disk& disk) { disk.capacity = bytes; });
  }
  /// `free_bytes` answers that there is plenty: writes find out that the disk is full.
  void hide_fullness() {
    locked([](Disk& disk) { disk.fullness_hidden = true; });
  }
  /// Reads that touch these bytes of the file fail, as those of a bad sector do.
  void make_unreadable(const std::string& path, std::uint64_t begin, std::uint64_t end) {
    locked([&](Disk& disk) { disk.live.at(path)->unreadable = {begin, end}; });
  }

  /// What a restart finds if only the process died: all is as it was, and what was not synced still is not.
  [[nodiscard]] ForgettingFileSystem after_kill() const;

  /// What a restart finds.
  [[nodiscard]] ForgettingFileSystem after_power_cut(Unsynced unsynced, std::uint64_t seed) const;

  /// A file's bytes, to look at and to damage.
  [[nodiscard]] std::string content(const std::string& path) const {
    return locked([&](const Disk& disk) { return disk.live.at(path)->live; });
  }
  void overwrite(const std::string& path, const std::string& content) {
    locked([&](Disk& disk) { disk.live.at(path)->live = disk.live.at(path)->durable = content; });
  }
  /// A new file of this content takes the name.
  void set_content(const std::string& path, std::string content) {
    locked([&](Disk& disk) {
      auto& file = disk.live[path];
      file = std::make_shared<Node>();
      disk.durable[path] = file;
      file->live = file->durable = std::move(content);
    });
  }

 private:
  static std::string surviving(const Node& node, Unsynced unsynced, RandomStream& random);
  static std::string torn(const Node& node, RandomStream& random);

  std::shared_ptr<Disk> disk_;
};

class ForgettingFileSystem::HeldLock final : public FileLock {
 public:
  HeldLock(std::shared_ptr<Disk> disk, std::string path) : disk_(std::move(disk)), path_(std::move(path)) {}
  ~HeldLock() override {
    const std::lock_guard lock(disk_->mutex);
    disk_->locks.erase(path_);
  }

 private:
  std::shared_ptr<Disk> disk_;
  std::string path_;
};

class ForgettingFileSystem::OpenFile final : public File {
 public:
  OpenFile(std::shared_ptr<Disk> disk, std::shared_ptr<Node> node)
      : disk_(std::move(disk)), node_(std::move(node)) {}

  Result<void> append(std::string_view bytes) override {
    const std::lock_guard lock(disk_->mutex);
    const auto power = disk_->step();
    if (power == Disk::Power::Off) return no_power();
    if (power == Disk::Power::GoesNow) {
      node_->live += bytes.substr(0, disk_->random.below(bytes.size() + 1));
      return no_power();
    }
    const std::uint64_t used = disk_->used();
    const std::uint64_t free = disk_->capacity > used ? disk_->capacity - used : 0;
    node_->live += bytes.substr(0, free);
    if (bytes.size() > free) return fail(ErrorCode::ResourceLimit, "no space");
    return {};
  }

  Result<std::string> read(std::uint64_t offset, std::size_t size) const override {
    const std::lock_guard lock(disk_->mutex);
    if (offset >= node_->live.size()) return std::string();
    const std::uint64_t end = std::min<std::uint64_t>(offset + size, node_->live.size());
    if (offset < node_->unreadable.second && end > node_->unreadable.first) {
      return fail(ErrorCode::Unreadable, "bad sector");
    }
    return node_->live.substr(offset, size);
  }

  Result<void> sync() override {
    const std::lock_guard lock(disk_->mutex);
    if (disk_->step() != Disk::Power::On) return no_power();
    if (node_->sync_failed) ++disk_->repeated_syncs;
    if (disk_->next_sync_fails()) {
      node_->sync_failed = node_->dirty_lost = true;
      return fail(ErrorCode::Unavailable, "input/output error");
    }
    if (!node_->dirty_lost) node_->durable = node_->live;
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    const std::lock_guard lock(disk_->mutex);
    if (disk_->step() != Disk::Power::On) return no_power();
    if (disk_->fail_truncations) return fail(ErrorCode::Unreadable, "cannot truncate");
    node_->live.resize(size);
    return {};
  }

  [[nodiscard]] Result<std::uint64_t> size() const override {
    const std::lock_guard lock(disk_->mutex);
    return node_->live.size();
  }

 private:
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<Node> node_;
};

inline Result<std::unique_ptr<File>> ForgettingFileSystem::open(const std::string& path, OpenMode mode) {
  const std::lock_guard lock(disk_->mutex);
  const auto found = disk_->live.find(path);
  if (mode != OpenMode::Create) {
    if (found == disk_->live.end() || !found->second) return no_file(path);
    return std::make_unique<OpenFile>(disk_, found->second);
  }
  const auto power = disk_->step();
  if (power == Disk::Power::Off) return no_power();
  if (found != disk_->live.end()) return fail(ErrorCode::Unreadable, path + " is there already");
  auto node = std::make_shared<Node>();
  disk_->live[path] = node;
  if (power == Disk::Power::GoesNow) return no_power();
  return std::make_unique<OpenFile>(disk_, std::move(node));
}

inline Result<std::vector<std::string>> ForgettingFileSystem::list(const std::string& directory) {
  const std::lock_guard lock(disk_->mutex);
  if (!disk_->live.contains(directory)) return no_file(directory);
  std::vector<std::string> names;
  for (const auto& [path, node] : disk_->live) {
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos && path.substr(0, slash) == directory)
      names.push_back(path.substr(slash + 1));
  }
  return names;
}

inline Result<void> ForgettingFileSystem::remove(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  const auto power = disk_->step();
  if (power == Disk::Power::Off) return no_power();
  if (disk_->live.erase(path) == 0) return no_file(path);
  if (power == Disk::Power::GoesNow) return no_power();
  return {};
}

inline Result<void> ForgettingFileSystem::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(disk_->mutex);
  const auto power = disk_->step();
  if (power == Disk::Power::Off) return no_power();
  const auto found = disk_->live.find(from);
  if (found == disk_->live.end()) return no_file(from);
  auto node = found->second;
  disk_->live.erase(found);
  disk_->live[to] = std::move(node);
  if (power == Disk::Power::GoesNow) return no_power();
  return {};
}

inline Result<void> ForgettingFileSystem::sync_directory(const std::string& directory) {
  const std::lock_guard lock(disk_->mutex);
  if (disk_->step() != Disk::Power::On) return no_power();
  if (disk_->next_sync_fails()) return fail(ErrorCode::Unavailable, "input/output error");
  const auto lies_there = [&](const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash != std::string::npos && path.substr(0, slash) == directory;
  };
  std::erase_if(disk_->durable, [&](const auto& entry) { return lies_there(entry.first); });
  for (const auto& [path, node] : disk_->live) {
    if (lies_there(path)) disk_->durable[path] = node;
  }
  return {};
}

inline Result<void> ForgettingFileSystem::make_directory(const std::string& directory) {
  const std::lock_guard lock(disk_->mutex);
  disk_->live[directory] = disk_->durable[directory] = nullptr;
  return {};
}

inline Result<std::unique_ptr<FileLock>> ForgettingFileSystem::lock(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  if (!disk_->locks.insert(path).second) return fail(ErrorCode::Conflict, path + " is locked");
  return std::make_unique<HeldLock>(disk_, path);
}

inline Result<std::uint64_t> ForgettingFileSystem::free_bytes(const std::string&) {
  const std::lock_guard lock(disk_->mutex);
  if (disk_->fullness_hidden) return kNever;
  const std::uint64_t used = disk_->used();
  return disk_->capacity > used ? disk_->capacity - used : 0;
}

inline ForgettingFileSystem ForgettingFileSystem::after_kill() const {
  const std::lock_guard lock(disk_->mutex);
  ForgettingFileSystem after;
  std::map<const Node*, std::shared_ptr<Node>> copies{{nullptr, nullptr}};
  const auto copy_of = [&](const std::shared_ptr<Node>& node) {
    auto& copy = copies[node.get()];
    if (node && !copy) copy = std::make_shared<Node>(*node);
    return copy;
  };
  for (const auto& [path, node] : disk_->live) after.disk_->live[path] = copy_of(node);
  for (const auto& [path, node] : disk_->durable) after.disk_->durable[path] = copy_of(node);
  return after;
}

inline ForgettingFileSystem ForgettingFileSystem::after_power_cut(Unsynced unsynced,
                                                                  std::uint64_t seed) const {
  const std::lock_guard lock(disk_->mutex);
  RandomStream random(seed);
  Names names = disk_->durable;
  if (unsynced == Unsynced::Kept) names = disk_->live;
  if (unsynced == Unsynced::Prefix || unsynced == Unsynced::Torn) {
    for (const auto& [path, node] : disk_->live) {
      if (random.bernoulli(0.5)) names[path] = node;
    }
    for (const auto& [path, node] : disk_->durable) {
      if (!disk_->live.contains(path) && random.bernoulli(0.5)) names.erase(path);
    }
  }
  ForgettingFileSystem after;
  std::map<const Node*, std::shared_ptr<Node>> copies;  // two names of one file stay that
  for (const auto& [path, node] : names) {
    if (node && !copies.contains(node.get())) {
      auto copy = std::make_shared<Node>();
      copy->live = copy->durable = surviving(*node, unsynced, random);
      copies[node.get()] = std::move(copy);
    }
    after.disk_->live[path] = after.disk_->durable[path] = node ? copies[node.get()] : nullptr;
  }
  return after;
}

inline std::string ForgettingFileSystem::surviving(const Node& node, Unsynced unsynced,
                                                   RandomStream& random) {
  switch (unsynced) {
    case Unsynced::Forgotten:
      return node.durable;
    case Unsynced::Kept:
      return node.live;
    case Unsynced::Prefix:
      if (node.live.size() <= node.durable.size()) return random.bernoulli(0.5) ? node.live : node.durable;
      return node.live.substr(0,
                              node.durable.size() + random.below(node.live.size() - node.durable.size() + 1));
    case Unsynced::Torn:
      return torn(node, random);
  }
  return {};
}

// A size between that on the disk and that in the cache; each cell from one of the two. Cells that both agree on,
// among them all that was synced and not cut off since, come out as they are.
inline std::string ForgettingFileSystem::torn(const Node& node, RandomStream& random) {
  const std::size_t shorter = std::min(node.live.size(), node.durable.size());
  const std::size_t longer = std::max(node.live.size(), node.durable.size());
  std::string bytes(shorter + random.below(longer - shorter + 1), '\0');
  for (std::size_t at = 0; at < bytes.size(); at += kCellBytes) {
    const std::string& source = random.bernoulli(0.5) ? node.live : node.durable;
    if (at < source.size()) {
      const std::size_t count = std::min({kCellBytes, source.size() - at, bytes.size() - at});
      bytes.replace(at, count, source, at, count);
    }
  }
  return bytes;
}

}  // namespace splitplot::store::test
