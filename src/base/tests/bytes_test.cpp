#include <splitplot/base/bytes.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string number_bytes(std::uint64_t value) {
  ByteWriter out;
  out.number(value);
  return out.take();
}

std::string integer_bytes(std::int64_t value) {
  ByteWriter out;
  out.integer(value);
  return out.take();
}

// Examples of the DWARF 5 standard, section 7.6.
TEST(BytesTest, WritesNumbersAsLeb128) {
  EXPECT_EQ(number_bytes(0), "\0"s);
  EXPECT_EQ(number_bytes(2), "\x02");
  EXPECT_EQ(number_bytes(127), "\x7f");
  EXPECT_EQ(number_bytes(128), "\x80\x01");
  EXPECT_EQ(number_bytes(129), "\x81\x01");
  EXPECT_EQ(number_bytes(12857), "\xb9\x64");
}

// The table of the Protocol Buffers encoding guide, "Signed Integers".
TEST(BytesTest, FoldsIntegersByTheirSign) {
  EXPECT_EQ(integer_bytes(0), number_bytes(0));
  EXPECT_EQ(integer_bytes(-1), number_bytes(1));
  EXPECT_EQ(integer_bytes(1), number_bytes(2));
  EXPECT_EQ(integer_bytes(-2), number_bytes(3));
  EXPECT_EQ(integer_bytes(0x7fffffff), number_bytes(0xfffffffe));
  EXPECT_EQ(integer_bytes(-2147483648LL), number_bytes(0xffffffff));
}

TEST(BytesTest, ReadsBackWhatWasWritten) {
  const std::vector<std::uint64_t> numbers = {0,   1,          127,
                                              128, 1ULL << 35, std::numeric_limits<std::uint64_t>::max()};
  const std::vector<std::int64_t> integers = {
      0, -1, 63, -64, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
  ByteWriter out;
  for (const auto number : numbers) out.number(number);
  for (const auto integer : integers) out.integer(integer);
  out.word(0x0102030405060708);
  out.text("caf\u00e9\0x"s);
  const std::string bytes = out.take();
  ByteReader in(bytes);
  for (const auto number : numbers) EXPECT_EQ(in.number(), number);
  for (const auto integer : integers) EXPECT_EQ(in.integer(), integer);
  EXPECT_EQ(in.word(), 0x0102030405060708U);
  EXPECT_EQ(in.text(), "caf\u00e9\0x"s);
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.at_end());
}

TEST(BytesTest, PutsTheLowestByteOfAWordFirst) {
  ByteWriter out;
  out.word(0x0807060504030201);
  EXPECT_EQ(out.take(), "\x01\x02\x03\x04\x05\x06\x07\x08");
}

TEST(BytesTest, RefusesNumbersBeyond64Bits) {
  ByteReader longest("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv);
  EXPECT_EQ(longest.number(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(longest.ok());
  for (const std::string_view bytes : {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"sv,
                                       "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"sv, "\x80"sv, ""sv}) {
    ByteReader in(bytes);
    EXPECT_EQ(in.number(), 0U);
    EXPECT_FALSE(in.ok());
  }
}

TEST(BytesTest, ATextLongerThanTheBytesReadsAsNothingAndStaysRefused) {
  ByteReader in(
      "\x05"
      "abc\x01x");
  EXPECT_EQ(in.text(), "abc\x01x");
  ByteReader cut(
      "\x06"
      "abc\x01x");
  EXPECT_EQ(cut.text(), "");
  EXPECT_FALSE(cut.ok());
  EXPECT_EQ(cut.number(), 0U);
  EXPECT_EQ(cut.text(), "");
  EXPECT_FALSE(cut.ok());
}

TEST(BytesTest, ACountBeyondWhatTheBytesCanHoldIsRefused) {
  EXPECT_EQ(ByteReader("\x04"
                       "abcd")
                .count(),
            4U);
  EXPECT_EQ(ByteReader("\x02"
                       "abcd")
                .count(2),
            2U);
  ByteReader in(
      "\x03"
      "abcd");
  EXPECT_EQ(in.count(2), 0U);
  EXPECT_FALSE(in.ok());
}

}  // namespace
}  // namespace splitplot
