/// Finds a compiled flag by its key: the first step of every decision. Immutable once it is built.
#pragma once

#include "rules.hpp"

#include <splitplot/base/text_hash.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace splitplot::decide {

class FlagTable {
 public:
  FlagTable() = default;
  /// Points to the flags, whose keys differ.
  explicit FlagTable(const std::vector<const CompiledFlag*>& flags)
      : entries_(std::bit_ceil(2 * flags.size() + 1)) {
    for (const CompiledFlag* flag : flags) {
      const std::uint64_t hash = text_hash(flag->key);
      std::size_t at = hash & (entries_.size() - 1);
      while (entries_[at].flag != nullptr) at = (at + 1) & (entries_.size() - 1);
      entries_[at] = {hash, flag};
    }
  }

  /// Null: there is no such flag.
  [[nodiscard]] const CompiledFlag* find(std::string_view key) const {
    if (entries_.empty()) return nullptr;
    const std::uint64_t hash = text_hash(key);
    std::size_t at = hash & (entries_.size() - 1);
    for (; entries_[at].flag != nullptr; at = (at + 1) & (entries_.size() - 1)) {
      if (entries_[at].hash == hash && same_text(entries_[at].flag->key, key)) return entries_[at].flag;
    }
    return nullptr;
  }

 private:
  struct Entry {
    std::uint64_t hash = 0;
    const CompiledFlag* flag = nullptr;
  };
  std::vector<Entry> entries_;  ///< open addressing; the size is a power of two, at least half of it empty
};

}  // namespace splitplot::decide
