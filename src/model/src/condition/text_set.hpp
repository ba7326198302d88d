/// Texts to be asked for: one block of bytes, and a table of places in it. A million ids take little more than their
/// letters, and are found by one or two looks. Immutable once it is built.
#pragma once

#include <splitplot/base/text_hash.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::model::condition {

enum class LetterCase { Matters, Ignored };

class TextSet {
 public:
  /// Room for so many texts, of which no more may be added.
  TextSet(std::size_t most, LetterCase letter_case);

  void insert(std::string_view text);
  [[nodiscard]] bool contains(std::string_view text) const {
    return heads_.empty() ? is_in_table(text) : is_among_heads(text);
  }
  /// Different texts.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// To be called when all are in: gives back what was reserved for more. A few short texts are looked through instead of
  /// looked up from then on.
  void finish();

 private:
  /// Beside the place, a part of the text's hash, so that nearly all others are told apart without looking there.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t place =
        0;  ///< behind the beginning of bytes_, where a length and then the text stand; 0: empty
  };

  [[nodiscard]] bool is_in_table(std::string_view text) const;
  /// Without a branch for each: which of them it is, nobody can foresee.
  [[nodiscard]] bool is_among_heads(std::string_view text) const {
    if (text.size() > TextHead::kMostBytes) return false;
    const TextHead head(text);
    bool found = false;
    for (const TextHead known : heads_) found |= known == head;
    return found;
  }
  [[nodiscard]] std::uint64_t hash_of(std::string_view text) const;
  [[nodiscard]] bool is_at(std::uint32_t place, std::string_view text) const;
  /// Where the text is, or where it would be put.
  [[nodiscard]] std::size_t slot_of(std::string_view text, std::uint64_t hash) const;

  LetterCase letter_case_;
  std::string
      bytes_;  ///< small letters where case is ignored; beyond 4 GB, which no document has, nothing is added
  std::vector<Slot> slots_;      ///< open addressing; the size is a power of two, some of it empty
  std::vector<TextHead> heads_;  ///< of all texts, where they are few, short, and case matters
  std::size_t size_ = 0;
};

}  // namespace splitplot::model::condition
