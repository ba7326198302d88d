#include "journal/checksum.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace splitplot::store {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78U;  // Castagnoli's, bits reversed

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b]: what the byte b does to the remainder when k more bytes follow it.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1U) != 0 ? kPolynomial : 0U);
    }
    tables[0][byte] = remainder;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

#if defined(__x86_64__)

// The instruction takes a word in each cycle, but has its answer three cycles later: so three lanes go side by side.
constexpr std::size_t kLaneBytes = 128;

using LaneTables = std::array<std::array<std::uint32_t, 256>, 4>;

// tables[k][b]: what the byte b, as the k-th of a remainder, becomes when as many zeros as a lane has bytes follow it.
constexpr LaneTables make_lane_tables() {
  std::array<std::uint32_t, 32> bits{};
  for (std::size_t bit = 0; bit < bits.size(); ++bit) {
    std::uint32_t remainder = 1U << bit;
    for (std::size_t i = 0; i < kLaneBytes; ++i) remainder = (remainder >> 8) ^ kTables[0][remainder & 0xFFU];
    bits[bit] = remainder;
  }
  LaneTables tables{};
  for (std::size_t k = 0; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      for (std::size_t bit = 0; bit < 8; ++bit) {
        if ((byte >> bit & 1U) != 0) tables[k][byte] ^= bits[8 * k + bit];
      }
    }
  }
  return tables;
}

constexpr LaneTables kLaneTables = make_lane_tables();

std::uint64_t over_a_lane(std::uint64_t remainder) {
  return kLaneTables[0][remainder & 0xFFU] ^ kLaneTables[1][remainder >> 8 & 0xFFU] ^
         kLaneTables[2][remainder >> 16 & 0xFFU] ^ kLaneTables[3][remainder >> 24 & 0xFFU];
}

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_by_instruction(std::uint32_t crc,
                                                                      std::string_view bytes) {
  std::uint64_t remainder = ~crc;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 3 * kLaneBytes; at += 3 * kLaneBytes, left -= 3 * kLaneBytes) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < kLaneBytes; i += 8) {
      remainder = __builtin_ia32_crc32di(remainder, word_at(at + i));
      second = __builtin_ia32_crc32di(second, word_at(at + kLaneBytes + i));
      third = __builtin_ia32_crc32di(third, word_at(at + 2 * kLaneBytes + i));
    }
    remainder = over_a_lane(over_a_lane(remainder) ^ second) ^ third;
  }
  for (; left >= 8; at += 8, left -= 8) remainder = __builtin_ia32_crc32di(remainder, word_at(at));
  auto narrow = static_cast<std::uint32_t>(remainder);
  for (; left > 0; ++at, --left) narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
  return ~narrow;
}

bool has_instruction() {
  static const bool answer = __builtin_cpu_supports("sse4.2") != 0;
  return answer;
}

#endif

}  // namespace

std::uint32_t crc32c_by_tables(std::uint32_t crc, std::string_view bytes) {
  std::uint32_t remainder = ~crc;
  const auto byte_at = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(bytes[i])}; };
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    const std::uint32_t low =
        remainder ^ (byte_at(i) | byte_at(i + 1) << 8 | byte_at(i + 2) << 16 | byte_at(i + 3) << 24);
    remainder = kTables[7][low & 0xFFU] ^ kTables[6][(low >> 8) & 0xFFU] ^ kTables[5][(low >> 16) & 0xFFU] ^
                kTables[4][low >> 24] ^ kTables[3][byte_at(i + 4)] ^ kTables[2][byte_at(i + 5)] ^
                kTables[1][byte_at(i + 6)] ^ kTables[0][byte_at(i + 7)];
  }
  for (; i < bytes.size(); ++i) {
    remainder = (remainder >> 8) ^ kTables[0][(remainder ^ byte_at(i)) & 0xFFU];
  }
  return ~remainder;
}

std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes) {
#if defined(__x86_64__)
  if (has_instruction()) return crc32c_by_instruction(crc, bytes);
#endif
  return crc32c_by_tables(crc, bytes);
}

}  // namespace splitplot::store
