#include <splitplot/base/random.hpp>
#include <splitplot/decide/hash.hpp>
#include <splitplot/experiment/balanced_salt.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace splitplot::experiment {
namespace {

struct Person {
  double age = 0;
  double spend = 0;
  std::string country;
};

std::vector<Person> people(int count) {
  RandomStream random(20261123);
  std::vector<Person> all;
  for (int i = 0; i < count; ++i) {
    const double age = 20 + static_cast<double>(random.below(50));
    all.push_back({age, age * 2 + 30 * random.normal(), random.bernoulli(0.3) ? "AT" : "DE"});
  }
  return all;
}

BalanceRequest request(const std::vector<Person>& all) {
  BalanceRequest request;
  BalanceCovariate age{"age", {}};
  BalanceCovariate spend{"spend", {}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    request.ids.push_back("p" + std::to_string(i));
    age.cells.push_back(fmt::format("{}", all[i].age));
    spend.cells.push_back(fmt::format("{}", all[i].spend));
  }
  request.covariates = {age, spend};
  request.variants = {"control", "treatment"};
  request.weights = {0.5, 0.5};
  request.salt_prefix = "salt";
  request.salts = 60;
  return request;
}

/// Mahalanobis distance of the arms, with everything written out.
double slow_distance(const std::vector<Person>& all, const std::string& salt) {
  double n[2] = {};
  double sums[2][2] = {};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const int arm = decide::bucket_of(salt, "p" + std::to_string(i)) < 0.5 ? 0 : 1;
    n[arm] += 1;
    sums[arm][0] += all[i].age;
    sums[arm][1] += all[i].spend;
  }
  const double total = n[0] + n[1];
  const double means[2] = {(sums[0][0] + sums[1][0]) / total, (sums[0][1] + sums[1][1]) / total};
  double s00 = 0;
  double s01 = 0;
  double s11 = 0;
  for (const Person& one : all) {
    s00 += (one.age - means[0]) * (one.age - means[0]) / (total - 1);
    s01 += (one.age - means[0]) * (one.spend - means[1]) / (total - 1);
    s11 += (one.spend - means[1]) * (one.spend - means[1]) / (total - 1);
  }
  const double d0 = sums[1][0] / n[1] - sums[0][0] / n[0];
  const double d1 = sums[1][1] / n[1] - sums[0][1] / n[0];
  const double form = (d0 * d0 * s11 - 2 * d0 * d1 * s01 + d1 * d1 * s00) / (s00 * s11 - s01 * s01);
  return n[0] * n[1] / total * form;
}

TEST(BalancedSalt, IsTheOneOfTheLeastDistanceOfAllThatWereTried) {
  const auto all = people(200);
  const BalanceRequest asked = request(all);
  const auto found = find_balanced_salt(asked);
  ASSERT_TRUE(found) << found.error().message;
  std::string best;
  double least = INFINITY;
  for (std::uint64_t i = 1; i <= asked.salts; ++i) {
    const std::string salt = "salt-" + std::to_string(i);
    const double distance = slow_distance(all, salt);
    if (distance < least) {
      least = distance;
      best = salt;
    }
  }
  EXPECT_EQ(found->chosen.salt, best);
  EXPECT_NEAR(found->chosen.distance, least, 1e-9);
  EXPECT_NEAR(found->present.distance, slow_distance(all, "salt-1"), 1e-9);
  EXPECT_EQ(found->tried, asked.salts);
  EXPECT_LT(found->chosen.share_as_good, 0.2);
  EXPECT_EQ(found->chosen.units[0] + found->chosen.units[1], all.size());
}

TEST(BalancedSalt, IsTheSameEachTime) {
  const BalanceRequest asked = request(people(100));
  EXPECT_EQ(find_balanced_salt(asked)->chosen.salt, find_balanced_salt(asked)->chosen.salt);
}

TEST(BalancedSalt, ASaltThatIsThereStaysWhereNoneIsBetter) {
  BalanceRequest asked = request(people(100));
  const std::string best = find_balanced_salt(asked)->chosen.salt;
  asked.present_salt = best;
  asked.salt_prefix = "salt";
  EXPECT_EQ(find_balanced_salt(asked)->chosen.salt, best);
  asked.salts = 1;
  asked.salt_prefix = "other";
  const auto found = find_balanced_salt(asked);
  EXPECT_EQ(found->chosen.salt, found->chosen.distance == found->present.distance ? best : "other-1");
}

TEST(BalancedSalt, BalancesCategoriesAndWhatIsMissing) {
  const auto all = people(300);
  BalanceRequest asked = request(all);
  BalanceCovariate country{"country", {}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    country.cells.push_back(i % 10 == 0 ? "" : all[i].country);
    if (i % 7 == 0) asked.covariates[0].cells[i].clear();
  }
  asked.covariates.push_back(country);
  asked.variants = {"control", "a", "b"};
  asked.weights = {0.5, 0.25, 0.25};
  const auto found = find_balanced_salt(asked);
  ASSERT_TRUE(found) << found.error().message;
  std::vector<std::string> names;
  for (const BalanceRow& row : found->rows)
    names.push_back(row.covariate + "/" + row.level + "/" + row.variant);
  EXPECT_EQ(names, (std::vector<std::string>{"age//a", "age//b", "age/missing/a", "age/missing/b", "spend//a",
                                             "spend//b", "country/DE/a", "country/DE/b", "country/AT/a",
                                             "country/AT/b", "country/missing/a", "country/missing/b"}));
  // age, its gaps, spend, and two of the three levels that add up to 1.
  EXPECT_EQ(found->coordinates, 5U);
  EXPECT_LT(found->chosen.distance, found->present.distance);
}

TEST(BalancedSalt, ManyCategoriesAreBalancedAsOne) {
  BalanceRequest asked = request(people(400));
  BalanceCovariate city{"city", {}};
  for (std::size_t i = 0; i < asked.ids.size(); ++i) city.cells.push_back("city " + std::to_string(i % 50));
  asked.covariates = {city};
  asked.salts = 5;
  const auto found = find_balanced_salt(asked);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->rows.size(), 20U);
  EXPECT_EQ(found->rows.back().level, "other");
  EXPECT_EQ(found->notes.size(), 1U);
}

TEST(BalancedSalt, UnitsOutsideOfTheCoverageDoNotCount) {
  BalanceRequest asked = request(people(500));
  asked.coverage = 0.2;
  const auto found = find_balanced_salt(asked);
  ASSERT_TRUE(found);
  EXPECT_NEAR(static_cast<double>(found->chosen.units[0] + found->chosen.units[1]), 100, 45);
}

TEST(BalancedSalt, RefusesWhatCannotBeBalanced) {
  const BalanceRequest good = request(people(20));
  BalanceRequest bad = good;
  bad.covariates.clear();
  EXPECT_EQ(find_balanced_salt(bad).error().code, ErrorCode::InvalidArgument);
  bad = good;
  bad.salts = 0;
  EXPECT_EQ(find_balanced_salt(bad).error().code, ErrorCode::InvalidArgument);
  bad = good;
  bad.covariates[0].cells.pop_back();
  EXPECT_EQ(find_balanced_salt(bad).error().code, ErrorCode::InvalidArgument);
  bad = good;
  bad.covariates = {{"same", std::vector<std::string>(20, "x")}};
  EXPECT_EQ(find_balanced_salt(bad).error().code, ErrorCode::BadData);
  bad = good;
  bad.coverage = 0;
  EXPECT_EQ(find_balanced_salt(bad).error().code, ErrorCode::BadData);
  bad = good;
  EXPECT_EQ(find_balanced_salt(bad, [](double) { return false; }).error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace splitplot::experiment
