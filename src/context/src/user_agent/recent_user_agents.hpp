/// What was read from recent headers, the least recently asked forgotten first. Any number of threads may ask: the
/// headers are spread over parts with a lock each, which is held for a look-up only.
#pragma once

#include <splitplot/context/user_agent.hpp>

#include <array>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace splitplot::context {

class RecentUserAgents {
 public:
  using Entry = std::shared_ptr<const UserAgent>;

  /// `capacity`: headers kept, all parts together.
  explicit RecentUserAgents(std::size_t capacity) : capacity_of_part_(capacity / kParts) {}

  /// Null if it is not remembered.
  [[nodiscard]] Entry find(std::string_view header);
  void remember(std::string_view header, Entry entry);

 private:
  struct Item {
    std::string header;
    Entry entry;
  };
  struct Part {
    std::mutex mutex;
    std::list<Item> items;  ///< the most recently asked first
    std::unordered_map<std::string_view, std::list<Item>::iterator> places;
  };
  static constexpr std::size_t kParts = 16;

  [[nodiscard]] Part& part_of(std::string_view header) {
    return parts_[std::hash<std::string_view>{}(header) % kParts];
  }

  std::size_t capacity_of_part_;
  std::array<Part, kParts> parts_;
};

}  // namespace splitplot::context
