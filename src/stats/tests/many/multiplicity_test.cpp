#include <splitplot/base/random.hpp>
#include <splitplot/stats/many/multiplicity.hpp>

#include <algorithm>

#include <gtest/gtest.h>

namespace splitplot::stats {
namespace {

std::vector<double> some_p_values(std::uint64_t seed, std::size_t count) {
  RandomStream random(seed);
  std::vector<double> p;
  for (std::size_t i = 0; i < count; ++i) p.push_back(random.uniform() * random.uniform());
  return p;
}

/// Holm's procedure as he states it: walk up from the smallest p, stop at the first one that is too large.
std::vector<bool> holm_rejects(const std::vector<double>& p, double alpha) {
  std::vector<std::size_t> order(p.size());
  for (std::size_t i = 0; i < p.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<bool> rejected(p.size(), false);
  for (std::size_t rank = 0; rank < p.size(); ++rank) {
    if (p[order[rank]] > alpha / static_cast<double>(p.size() - rank)) break;
    rejected[order[rank]] = true;
  }
  return rejected;
}

/// Benjamini and Hochberg's procedure as they state it: the largest k with p_(k) <= k alpha / m, and all
/// below.
std::vector<bool> bh_rejects(const std::vector<double>& p, double alpha) {
  std::vector<double> sorted = p;
  std::sort(sorted.begin(), sorted.end());
  double limit = -1;
  for (std::size_t k = 1; k <= p.size(); ++k) {
    if (sorted[k - 1] <= static_cast<double>(k) * alpha / static_cast<double>(p.size()))
      limit = sorted[k - 1];
  }
  std::vector<bool> rejected;
  for (const double x : p) rejected.push_back(x <= limit);
  return rejected;
}

TEST(AdjustPValues, RejectWhatTheProceduresReject) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const std::vector<double> p = some_p_values(seed, 17);
    const std::vector<double> holm = adjust_p_values(p, Correction::Holm);
    const std::vector<double> bh = adjust_p_values(p, Correction::BenjaminiHochberg);
    const std::vector<double> bonferroni = adjust_p_values(p, Correction::Bonferroni);
    for (const double alpha : {0.01, 0.05, 0.2, 0.37}) {
      const std::vector<bool> want_holm = holm_rejects(p, alpha), want_bh = bh_rejects(p, alpha);
      for (std::size_t i = 0; i < p.size(); ++i) {
        EXPECT_EQ(holm[i] <= alpha, want_holm[i]);
        EXPECT_EQ(bh[i] <= alpha, want_bh[i]);
        EXPECT_EQ(bonferroni[i] <= alpha, p[i] <= alpha / 17);
      }
    }
  }
}

TEST(AdjustPValues, FollowTheirInputWhateverItsOrder) {
  const std::vector<double> p = some_p_values(3, 9);
  const std::vector<double> reversed(p.rbegin(), p.rend());
  for (const Correction correction :
       {Correction::None, Correction::Bonferroni, Correction::Holm, Correction::BenjaminiHochberg}) {
    const std::vector<double> forth = adjust_p_values(p, correction);
    const std::vector<double> back = adjust_p_values(reversed, correction);
    for (std::size_t i = 0; i < p.size(); ++i) {
      EXPECT_EQ(forth[i], back[p.size() - 1 - i]);
      EXPECT_GE(forth[i], p[i]);
      EXPECT_LE(forth[i], 1);
    }
  }
}

TEST(AdjustPValues, AnswerForNoneAndForOne) {
  EXPECT_TRUE(adjust_p_values({}, Correction::Holm).empty());
  EXPECT_EQ(adjust_p_values(std::vector<double>{0.03}, Correction::BenjaminiHochberg),
            std::vector<double>{0.03});
  EXPECT_EQ(adjust_p_values(std::vector<double>{0, 1}, Correction::Holm), (std::vector<double>{0, 1}));
  EXPECT_EQ(name_of(Correction::BenjaminiHochberg), "Benjamini-Hochberg");
}

}  // namespace
}  // namespace splitplot::stats
