/// Which of many short texts occur in a text, found in one pass over it (Aho and Corasick 1975). Immutable once built.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::context {

class AtomIndex {
 public:
  /// Atoms are known by their place in the list; none is empty.
  explicit AtomIndex(std::span<const std::string> atoms);

  /// Calls `found(atom)` for each occurrence: an atom that occurs twice is named twice.
  template <typename Found>
  void search(std::string_view text, const Found& found) const {
    std::uint32_t state = 0;
    for (const char character : text) {
      state = next_[state * width_ + class_of(character)];
      for (std::uint32_t at = first_[state]; at < first_[state + 1]; ++at) found(ends_[at]);
    }
  }

 private:
  [[nodiscard]] std::uint32_t class_of(char character) const {
    return classes_[static_cast<unsigned char>(character)];
  }
  void build_tree(std::span<const std::string> atoms, std::vector<std::vector<int>>& ends);
  void close(std::vector<std::vector<int>>& ends);

  std::array<std::uint32_t, 256> classes_{};  ///< bytes that occur in no atom share class 0
  std::uint32_t width_ = 1;
  std::vector<std::uint32_t> next_;   ///< of a state and a class
  std::vector<std::uint32_t> first_;  ///< of a state, into ends_; one more at the end
  std::vector<int> ends_;             ///< atoms that end in a state
};

}  // namespace splitplot::context
