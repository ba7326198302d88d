#include "condition/version_order.hpp"

#include "condition/coercion.hpp"

#include <algorithm>

namespace splitplot::model::condition {
namespace {

constexpr std::string_view kSeparators = "-.";
constexpr std::size_t kWidth = 5;

}  // namespace

PaddedVersion::PaddedVersion(std::string_view text) : text_(text) {
  if (text_.starts_with('v')) text_.remove_prefix(1);
  text_ = text_.substr(0, text_.find('+'));
  const auto separators =
      std::ranges::count_if(text_, [](char c) { return kSeparators.find(c) != kSeparators.npos; });
  if (separators == 2) release_mark_ = "-~";
  begin_part(0);
}

void PaddedVersion::begin_part(std::size_t at) {
  at_ = at;
  part_end_ = std::min(text_.find_first_of(kSeparators, at), text_.size());
  const std::string_view part = text_.substr(at, part_end_ - at);
  const bool is_number = !part.empty() && part.find_first_not_of("0123456789") == part.npos;
  padding_ = is_number && part.size() < kWidth ? kWidth - part.size() : 0;
}

int PaddedVersion::next() {
  if (padding_ > 0) {
    --padding_;
    return ' ';
  }
  if (at_ < part_end_) return static_cast<unsigned char>(text_[at_++]);
  if (part_end_ < text_.size()) {
    begin_part(part_end_ + 1);
    return '-';
  }
  if (release_mark_.empty()) return -1;
  const char mark = release_mark_.front();
  release_mark_.remove_prefix(1);
  return mark;
}

std::string padded_version(std::string_view text) {
  std::string out;
  PaddedVersion version(text);
  for (int byte = version.next(); byte >= 0; byte = version.next()) out += static_cast<char>(byte);
  return out;
}

std::strong_ordering compare_versions(std::string_view text, std::string_view padded) {
  PaddedVersion version(text);
  for (const char expected : padded) {
    const int byte = version.next();
    if (byte < 0) return std::strong_ordering::less;
    if (byte != static_cast<unsigned char>(expected)) {
      return utf16_rank(static_cast<unsigned char>(byte)) <=>
             utf16_rank(static_cast<unsigned char>(expected));
    }
  }
  return version.next() < 0 ? std::strong_ordering::equal : std::strong_ordering::greater;
}

}  // namespace splitplot::model::condition
