#include "list_difference.hpp"

#include <splitplot/base/random.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace splitplot::catalogue {
namespace {

using List = Value::Array;

TEST(ListDifference, SaysInAFewStepsWhatChanged) {
  EXPECT_EQ(difference_of({"a", "b", "c", "d"}, {"a", "c", "d"}), (List{1, -1, 2}));
  EXPECT_EQ(difference_of({"a", "b"}, {"a", "b", "c", "d"}), (List{2, List{"c", "d"}}));
  EXPECT_EQ(difference_of({"a", "b", "c"}, {"a", "x", "c", "y"}), (List{1, -1, List{"x"}, 1, List{"y"}}));
  EXPECT_EQ(difference_of({}, {"a"}), (List{List{"a"}}));
  EXPECT_EQ(difference_of({"a"}, {}), (List{-1}));
  EXPECT_EQ(difference_of({"a"}, {"a"}), (List{1}));
  EXPECT_EQ(difference_of({5, "5"}, {5.0, "5"}), (List{-1, List{5.0}, 1})) << "5 and 5.0 differ";
}

TEST(ListDifference, DropsAndAddsWhatMoved) {
  EXPECT_EQ(difference_of({"a", "b", "c"}, {"b", "c", "a"}), (List{-1, 2, List{"a"}}));
}

TEST(ListDifference, LeadsToTheOtherList) {
  RandomStream random(7);
  for (int round = 0; round < 300; ++round) {
    List from;
    for (std::uint64_t i = 0; i < random.below(120); ++i) from.emplace_back("u" + std::to_string(i));
    List to;
    for (const Value& element : from) {
      if (random.bernoulli(0.2)) to.emplace_back("new" + std::to_string(random.below(1000)));
      if (random.bernoulli(0.7)) to.push_back(element);
    }
    if (round % 2 == 1) {
      for (std::size_t i = to.size(); i > 1; --i) std::swap(to[i - 1], to[random.below(i)]);
    }
    ASSERT_EQ(changed_by(from, difference_of(from, to)), to);
  }
}

TEST(ListDifference, RefusesStepsThatDoNotFit) {
  const List from{"a", "b"};
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  for (const List& steps :
       {List{1}, List{3}, List{-3}, List{2, 1}, List{2, -1}, List{2, "x"}, List{kLeast}, List{2.0}})
    EXPECT_EQ(changed_by(from, steps), std::nullopt);
}

}  // namespace
}  // namespace splitplot::catalogue
