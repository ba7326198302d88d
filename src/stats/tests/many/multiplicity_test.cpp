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

// Hommel's procedure is the closure of Simes' test: a hypothesis is rejected when every subset that holds it is.
TEST(AdjustPValues, HommelIsTheClosureOfSimes) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    const std::vector<double> p = some_p_values(seed, 2 + seed % 6);
    std::vector<double> want(p.size(), 0);
    for (std::size_t subset = 1; subset < (std::size_t{1} << p.size()); ++subset) {
      std::vector<double> inside;
      for (std::size_t i = 0; i < p.size(); ++i) {
        if ((subset >> i & 1) != 0) inside.push_back(p[i]);
      }
      std::sort(inside.begin(), inside.end());
      double simes = 1;
      for (std::size_t k = 0; k < inside.size(); ++k)
        simes = std::min(simes, inside[k] * static_cast<double>(inside.size()) / static_cast<double>(k + 1));
      for (std::size_t i = 0; i < p.size(); ++i) {
        if ((subset >> i & 1) != 0) want[i] = std::max(want[i], simes);
      }
    }
    const std::vector<double> hommel = adjust_p_values(p, Correction::Hommel);
    for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(hommel[i], want[i], 1e-14) << seed;
  }
}

constexpr Correction kAll[] = {Correction::None,
                               Correction::Bonferroni,
                               Correction::Sidak,
                               Correction::Holm,
                               Correction::HolmSidak,
                               Correction::Hochberg,
                               Correction::HochbergSidak,
                               Correction::Hommel,
                               Correction::BenjaminiHochberg,
                               Correction::BenjaminiYekutieli};

TEST(DecideFamily, LevelsSayTheSameAsAdjustedPValues) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const std::vector<double> p = some_p_values(seed, 1 + seed % 12);
    for (const Correction correction : kAll) {
      for (const double alpha : {0.01, 0.05, 0.3, 0.8}) {
        const FamilyDecision decision = decide_family(p, correction, alpha);
        for (std::size_t i = 0; i < p.size(); ++i) {
          EXPECT_EQ(decision.rejected[i], p[i] <= decision.levels[i]) << name_of(correction) << " " << seed;
          EXPECT_EQ(decision.rejected[i], decision.adjusted_p_values[i] <= alpha);
        }
      }
    }
  }
}

TEST(AdjustPValues, OrderTheProceduresByWhatTheyAskFor) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const std::vector<double> p = some_p_values(seed, 9);
    const auto adjusted = [&](Correction correction) { return adjust_p_values(p, correction); };
    const std::vector<Correction> stricter_first[] = {
        {Correction::Bonferroni, Correction::Sidak, Correction::HolmSidak, Correction::HochbergSidak,
         Correction::None},
        {Correction::Bonferroni, Correction::Holm, Correction::Hochberg, Correction::Hommel,
         Correction::BenjaminiHochberg, Correction::None},
        {Correction::BenjaminiYekutieli, Correction::BenjaminiHochberg}};
    for (const auto& chain : stricter_first) {
      for (std::size_t c = 1; c < chain.size(); ++c) {
        const auto strict = adjusted(chain[c - 1]), loose = adjusted(chain[c]);
        for (std::size_t i = 0; i < p.size(); ++i) {
          EXPECT_GE(strict[i], loose[i] - 1e-15) << name_of(chain[c - 1]) << " " << name_of(chain[c]);
        }
      }
    }
  }
}

TEST(AdjustPValues, SidakKeepsTheDigitsOfTinyPValues) {
  const std::vector<double> p{1e-300, 1e-18, 0, 1};
  const std::vector<double> sidak = adjust_p_values(p, Correction::Sidak);
  EXPECT_NEAR(sidak[0] / 4e-300, 1, 1e-14);
  EXPECT_NEAR(sidak[1] / 4e-18, 1, 1e-14);
  EXPECT_EQ(sidak[2], 0);
  EXPECT_EQ(sidak[3], 1);
}

TEST(AdjustPValues, HaveANameForEach) {
  for (const Correction correction : kAll) EXPECT_NE(name_of(correction), "unknown");
}

TEST(TwoStage, IsBenjaminiHochbergAtTheLevelThatTheFirstStageLeaves) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const std::vector<double> p = some_p_values(seed, 12);
    for (const double alpha : {0.05, 0.2, 0.6}) {
      const FamilyDecision decision = two_stage_benjamini_hochberg(p, alpha);
      std::vector<bool> first = bh_rejects(p, alpha / (1 + alpha));
      const auto rejections = static_cast<double>(std::count(first.begin(), first.end(), true));
      if (rejections > 0 && rejections < 12)
        first = bh_rejects(p, alpha / (1 + alpha) * 12 / (12 - rejections));
      EXPECT_EQ(decision.rejected, first) << seed << " " << alpha;
      for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(decision.rejected[i], p[i] <= decision.levels[i]);
    }
  }
}

TEST(AdjustEValues, RejectTheLargestAsDefined) {
  RandomStream random(2);
  for (int round = 0; round < 30; ++round) {
    std::vector<double> e;
    for (int i = 0; i < 10; ++i) e.push_back(std::exp(4 * random.normal()));
    std::vector<double> sorted = e;
    std::sort(sorted.rbegin(), sorted.rend());
    for (const double alpha : {0.05, 0.3}) {
      std::size_t k = 0;
      for (std::size_t i = 1; i <= sorted.size(); ++i) {
        if (static_cast<double>(i) * sorted[i - 1] / 10 >= 1 / alpha) k = i;
      }
      const std::vector<double> adjusted = adjust_e_values(e);
      for (std::size_t i = 0; i < e.size(); ++i) {
        EXPECT_EQ(adjusted[i] <= alpha, k > 0 && e[i] >= sorted[k - 1]);
      }
    }
  }
  EXPECT_EQ(adjust_e_values(std::vector<double>{0, std::numeric_limits<double>::infinity()}),
            (std::vector<double>{1, 0}));
}

TEST(WeightedBonferroni, GivesEachTestItsShare) {
  EXPECT_EQ(*weighted_bonferroni(std::vector<double>{0.02, 0.6, 0.1}, std::vector<double>{0.5, 0.5, 0}),
            (std::vector<double>{0.04, 1, 1}));
  EXPECT_FALSE(weighted_bonferroni(std::vector<double>{0.1}, std::vector<double>{1.1}).has_value());
  EXPECT_FALSE(weighted_bonferroni(std::vector<double>{0.1}, std::vector<double>{-1}).has_value());
  EXPECT_FALSE(weighted_bonferroni(std::vector<double>{0.1}, std::vector<double>{}).has_value());
  EXPECT_FALSE(weighted_bonferroni(std::vector<double>{std::nan("")}, std::vector<double>{1}).has_value());
}

}  // namespace
}  // namespace splitplot::stats
