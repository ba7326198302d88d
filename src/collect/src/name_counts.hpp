/// How often each of many names came within the last minute and hour. Names come from strangers: so many are told apart,
/// and what does not fit is counted together. One thread.
#pragma once

#include "recent_counts.hpp"

#include <splitplot/base/time.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace splitplot::collect {

class NameCounts {
 public:
  static constexpr std::size_t kMostNames = 1000;

  struct Count {
    int kind = 0;  ///< names of different kinds are different names
    std::string name;
    std::uint64_t last_minute = 0;
    std::uint64_t last_hour = 0;
  };
  struct Ranking {
    std::vector<Count> first;  ///< of the hour; the most frequent first
    Count others;              ///< all that are not among them, together
  };

  void add(int kind, std::string_view name, Timestamp now, std::uint64_t count = 1);
  [[nodiscard]] Ranking ranking(Timestamp now, std::size_t places) const;

 private:
  struct Key {
    int kind;
    std::string name;
  };
  struct KeyView {
    int kind;
    std::string_view name;
  };
  static KeyView view(const Key& key) { return {key.kind, key.name}; }
  static KeyView view(const KeyView& key) { return key; }
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    template <typename AnyKey>
    std::size_t operator()(const AnyKey& key) const {
      return std::hash<std::string_view>{}(view(key).name) * 31 + static_cast<std::size_t>(key.kind);
    }
  };
  struct Equal {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    template <typename Left, typename Right>
    bool operator()(const Left& left, const Right& right) const {
      return left.kind == right.kind && view(left).name == view(right).name;
    }
  };
  struct Counts {
    void add(Timestamp now, std::uint64_t count) {
      seconds.add(period_of<std::chrono::seconds>(now), count);
      minutes.add(period_of<std::chrono::minutes>(now), count);
    }
    [[nodiscard]] std::uint64_t last_minute(Timestamp now) const {
      return seconds.sum(period_of<std::chrono::seconds>(now));
    }
    [[nodiscard]] std::uint64_t last_hour(Timestamp now) const {
      return minutes.sum(period_of<std::chrono::minutes>(now));
    }
    RecentCounts seconds;
    RecentCounts minutes;
  };

  /// Forgets the names of which there was none within the hour; looks once a minute.
  void make_room(Timestamp now);

  std::unordered_map<Key, Counts, Hash, Equal> by_name_;
  Counts all_;  ///< also of names that found no room
  Period last_look_ = 0;
};

}  // namespace splitplot::collect
