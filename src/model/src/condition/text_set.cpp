#include "condition/text_set.hpp"

#include "condition/lower_case.hpp"

#include <algorithm>
#include <bit>
#include <compare>
#include <cstring>
#include <limits>
#include <utility>

namespace splitplot::model::condition {

TextSet::TextSet(std::size_t most, LetterCase letter_case)
    : letter_case_(letter_case), slots_(most == 0 ? 0 : std::bit_ceil(most + most / 3 + 1)) {}

std::uint64_t TextSet::hash_of(std::string_view text) const {
  return letter_case_ == LetterCase::Matters ? text_hash(text) : lowered_hash(text);
}

bool TextSet::is_at(std::uint32_t place, std::string_view text) const {
  std::uint32_t size = 0;
  const char* known = bytes_.data() + place;
  std::memcpy(&size, known - sizeof(size), sizeof(size));
  return letter_case_ == LetterCase::Matters ? same_text({known, size}, text)
                                             : std::is_eq(compare_lowered({known, size}, text));
}

std::size_t TextSet::slot_of(std::string_view text, std::uint64_t hash) const {
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].place != 0 && (slots_[at].tag != tag || !is_at(slots_[at].place, text)))
    at = (at + 1) & (slots_.size() - 1);
  return at;
}

void TextSet::insert(std::string_view text) {
  const std::uint64_t hash = hash_of(text);
  Slot& slot = slots_[slot_of(text, hash)];
  if (slot.place != 0) return;
  const std::string small = letter_case_ == LetterCase::Ignored ? lowered(text) : std::string();
  if (letter_case_ == LetterCase::Ignored) text = small;
  const auto size = static_cast<std::uint32_t>(text.size());
  if (bytes_.size() + sizeof(size) + text.size() > std::numeric_limits<std::uint32_t>::max()) return;
  bytes_.append(reinterpret_cast<const char*>(&size), sizeof(size));
  slot = {static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(bytes_.size())};
  bytes_.append(text);
  ++size_;
}

void TextSet::finish() {
  constexpr std::size_t kFew = 8;
  bytes_.shrink_to_fit();
  if (size_ > kFew || letter_case_ != LetterCase::Matters) return;
  std::vector<TextHead> heads;
  for (const Slot& slot : slots_) {
    if (slot.place == 0) continue;
    std::uint32_t size = 0;
    std::memcpy(&size, bytes_.data() + slot.place - sizeof(size), sizeof(size));
    heads.emplace_back(std::string_view(bytes_).substr(slot.place, size));
  }
  if (std::ranges::all_of(heads, &TextHead::is_whole)) heads_ = std::move(heads);
}

bool TextSet::is_in_table(std::string_view text) const {
  return !slots_.empty() && slots_[slot_of(text, hash_of(text))].place != 0;
}

}  // namespace splitplot::model::condition
