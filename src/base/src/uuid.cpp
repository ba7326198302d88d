#include <splitplot/base/uuid.hpp>

#include <algorithm>

namespace splitplot {

std::string uuid_v7(Timestamp time, std::uint64_t random_high, std::uint64_t random_low) {
  const std::int64_t since_1970 =
      std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
  const auto milliseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(since_1970, 0));
  const std::uint64_t high = (milliseconds << 16) | 0x7000U | (random_high & 0xfffU);
  const std::uint64_t low = (1ULL << 63) | (random_low & ((1ULL << 62) - 1));
  std::string text;
  text.reserve(36);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    const std::uint64_t half = digit < 16 ? high : low;
    text += "0123456789abcdef"[(half >> (60 - 4 * (digit % 16))) & 0xfU];
  }
  return text;
}

}  // namespace splitplot
