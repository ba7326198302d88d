#include "generated_values.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>

namespace splitplot::model::test {
namespace {

// Whole texts that other readers of YAML take for something else, and the pieces that texts are made of.
constexpr const char* kTexts[] = {
    "yes",   "no",     "on",         "null",  "~",    "true",     "1.0", "1e3", "0x1F",
    "0o17",  "007",    "2024-01-01", ".inf",  ".nan", "-",        "?",   "<<",  "",
    " ",     "- list", "a: b",       "# no",  "key:", "{a: 1}",   "[1]", "|",   ">",
    "%TAG",  "---",    "...",        "*star", "&amp", "!bang",    "@at", "`",   "12:30:45",
    "1_000", "False",  "NULL",       "a #b",  "a\nb", "a\n\nb\n", "+1",  "=",   "N"};
constexpr const char* kPieces[] = {"a",
                                   "Z",
                                   "0",
                                   " ",
                                   "\n",
                                   "\t",
                                   "\"",
                                   "'",
                                   "\\",
                                   ":",
                                   ": ",
                                   " #",
                                   "- ",
                                   ",",
                                   "[",
                                   "}",
                                   "\r",
                                   "\x01",
                                   "%",
                                   "\x7f",
                                   "\xC3\xA9",
                                   "\xC2\x85",
                                   "\xE2\x80\xA8",
                                   "\xF0\x9F\x98\x80",
                                   "$",
                                   "&",
                                   "*",
                                   "!",
                                   "|",
                                   "\xEF\xBB\xBF",
                                   "word",
                                   "  "};

template <std::size_t size>
const char* one_of(const char* const (&choices)[size], RandomStream& random) {
  return choices[random.below(size)];
}

double generated_float(RandomStream& random) {
  switch (random.below(4)) {
    case 0:
      return static_cast<double>(random.below(2000)) - 1000.0;
    case 1:
      return random.uniform();
    case 2:
      return -0.0;
    default:
      break;
  }
  const auto any = std::bit_cast<double>(random.next());
  return std::isfinite(any) ? any : 5e-324;
}

std::int64_t generated_integer(RandomStream& random) {
  if (random.bernoulli(0.5)) return static_cast<std::int64_t>(random.below(200)) - 100;
  return static_cast<std::int64_t>(random.next());
}

}  // namespace

std::string generated_text(RandomStream& random) {
  if (random.bernoulli(0.3)) return one_of(kTexts, random);
  std::string text;
  const std::uint64_t pieces = random.below(8);
  for (std::uint64_t i = 0; i < pieces; ++i) text += one_of(kPieces, random);
  return text;
}

Value generated_value(RandomStream& random, int depth) {
  switch (random.below(depth > 0 ? 8 : 6)) {
    case 0:
      return {};
    case 1:
      return random.bernoulli(0.5);
    case 2:
      return generated_integer(random);
    case 3:
      return generated_float(random);
    case 4:
    case 5:
      return generated_text(random);
    case 6: {
      Value::Array elements;
      const std::uint64_t size = random.below(6);
      for (std::uint64_t i = 0; i < size; ++i) elements.push_back(generated_value(random, depth - 1));
      return elements;
    }
    default: {
      Value object = Value::Object{};
      const std::uint64_t size = random.bernoulli(0.1) ? 40 : random.below(6);
      for (std::uint64_t i = 0; i < size; ++i)
        object.set(generated_text(random), generated_value(random, depth - 1));
      return object;
    }
  }
}

}  // namespace splitplot::model::test
