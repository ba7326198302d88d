// Four variants of a bandit: who is the best, what is still to be won, and how to share the traffic out.
#include <splitplot/stats/bayes/best_arm.hpp>

#include <cstdio>
#include <vector>

namespace stats = splitplot::stats;

int main() {
  const std::vector<stats::BetaPosterior> arms{{21, 181}, {30, 172}, {25, 177}, {12, 90}};
  const auto best = stats::best_arm(arms, stats::Direction::HigherIsBetter);
  if (!best) {
    std::printf("%s\n", best.error().why.c_str());
    return 1;
  }
  const auto shares = stats::with_floor(best->chances, 0.05);
  for (std::size_t i = 0; i < arms.size(); ++i) {
    std::printf("arm %zu: best with %.3f, expected loss %.4f, share %.3f\n", i, best->chances[i],
                best->expected_losses[i], (*shares)[i]);
  }
  std::printf("value remaining %.4f\n", best->value_remaining);
}
