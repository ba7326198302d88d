#include <splitplot/base/key.hpp>

#include <algorithm>

namespace splitplot {
namespace {

constexpr std::size_t kLongestKey = 100;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= kLongestKey && is_alphanumeric(text.front()) &&
         std::ranges::all_of(
             text, [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == ':' || c == '-'; });
}

}  // namespace splitplot
