// The bytes of the format page, and the checksum against its definition.
#include "journal/segment_format.hpp"

#include "journal/checksum.hpp"
#include "journal/journal_fixture.hpp"

#include <splitplot/base/random.hpp>

#include <gtest/gtest.h>

namespace splitplot::store::test {
namespace {

std::string from_hex(const std::string& text) {
  std::string bytes;
  std::string digits;
  for (const char c : text) {
    if (c != ' ' && c != '\n') digits += c;
    if (digits.size() == 2) {
      bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
      digits.clear();
    }
  }
  return bytes;
}

TEST(Crc32c, AgreesWithRfc3720) {
  std::string rising;
  for (int i = 0; i < 32; ++i) rising += static_cast<char>(i);
  for (const auto& crc : {crc32c, crc32c_by_tables}) {
    EXPECT_EQ(crc(0, "123456789"), 0xE3069283U);
    EXPECT_EQ(crc(0, std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc(0, std::string(32, '\xff')), 0x62A8AB43U);
    EXPECT_EQ(crc(0, rising), 0x46DD794EU);
    EXPECT_EQ(crc(0, ""), 0U);
  }
}

TEST(Crc32c, IsTheSameByInstructionByTablesAndBitByBit) {
  RandomStream random(1);
  std::string bytes;
  for (int i = 0; i < 1300; ++i) bytes += static_cast<char>(random.below(256));
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t length = 0; begin + length <= bytes.size(); length += 1 + length / 16) {
      const std::string part = bytes.substr(begin, length);
      const auto start = static_cast<std::uint32_t>(random.next());
      const std::uint32_t expected = slow_crc32c(start, part);
      EXPECT_EQ(crc32c(start, std::string_view(bytes).substr(begin, length)), expected);
      EXPECT_EQ(crc32c_by_tables(start, std::string_view(bytes).substr(begin, length)), expected);
      const std::size_t half = length / 3;
      EXPECT_EQ(crc32c(crc32c(start, part.substr(0, half)), part.substr(half)), expected);
    }
  }
}

std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

// docs/formats/journal.md, "An example".
constexpr const char* kExampleOfTheFormatPage =
    "53 50 4c 54 4a 52 4e 4c 01 00 00 00 4a 3b 2c 1d "
    "00 04 00 00 00 00 00 00 e8 03 00 00 00 00 00 00 "
    "00 00 00 00 97 b3 ef c7 4a 3b 2c 1d 05 00 00 00 "
    "a5 82 46 3d bb be 4e 4c 68 65 6c 6c 6f 00 00 00 ";

TEST(JournalFormat, IsWhatTheFormatPageShows) {
  const std::string header =
      encode_segment_header({.marker = 0x1D2C3B4A, .begin = 1024, .previous_end = 1000});
  EXPECT_EQ(header, with_checksum("SPLTJRNL" + number(1, 4) + number(0x1D2C3B4A, 4) + number(1024, 8) +
                                  number(1000, 8) + number(0, 4)));
  std::string record;
  encode_record(record, 0x1D2C3B4A, 1024, "hello");
  const std::string place = number(0x1D2C3B4A, 4) + number(5, 4) + number(1024, 8);
  const std::uint32_t own = slow_crc32c(0, place);
  EXPECT_EQ(record, number(0x1D2C3B4A, 4) + number(5, 4) + number(own, 4) +
                        number(slow_crc32c(0, place + "hello"), 4) + "hello" + std::string(3, '\0'));
  EXPECT_EQ(header + record, from_hex(kExampleOfTheFormatPage));
}

TEST(JournalFormat, NamesSegmentsByTheirBegin) {
  EXPECT_EQ(segment_name(1024), "00000000000000001024.journal");
  EXPECT_EQ(parse_segment_name("00000000000000001024.journal"), JournalOffset{1024});
  EXPECT_EQ(parse_segment_name(segment_name(18'446'744'073'709'551'608U)), 18'446'744'073'709'551'608U);
  for (const char* name : {"", "journal.lock", "00000000000000001025.journal", "0000000000000001024.journal",
                           "-0000000000000001024.journal", "0000000000000000102x.journal",
                           "99999999999999999999.journal", "00000000000000001024.journal~"}) {
    EXPECT_EQ(parse_segment_name(name), std::nullopt) << name;
  }
}

TEST(JournalFormat, BelievesNoHeaderThatIsChanged) {
  const std::string header = encode_segment_header({.marker = 7, .begin = 64, .previous_end = 56});
  ASSERT_TRUE(*decode_segment_header(header));
  for (std::size_t bit = 0; bit < header.size() * 8; ++bit) {
    std::string flipped = header;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(decode_segment_header(flipped)->has_value(), false) << bit;
  }
  EXPECT_EQ(decode_segment_header(header.substr(0, 39))->has_value(), false);
}

}  // namespace
}  // namespace splitplot::store::test
