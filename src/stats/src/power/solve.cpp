#include "power/solve.hpp"

#include "numeric/root.hpp"

#include <algorithm>
#include <cmath>

namespace splitplot::stats {

std::optional<std::string> refusal_of_alpha(double alpha) {
  if (alpha > 0 && alpha < 1) return std::nullopt;
  return "alpha must lie between 0 and 1";
}

std::optional<std::string> refusal_of(const PowerOptions& options) {
  return refusal_of_alpha(options.alpha);
}

std::optional<std::string> refusal_of(double power, const PowerOptions& options) {
  if (auto refused = refusal_of(options)) return refused;
  const double least = options.far_tail == FarTail::Ignored ? tail_alpha(options) : options.alpha;
  if (power > least && power < 1) return std::nullopt;
  return "the power must lie between what the test has without any effect (its alpha) and 1";
}

double tail_alpha(const PowerOptions& options) {
  return options.alternative == Alternative::TwoSided ? options.alpha / 2 : options.alpha;
}

bool both_tails(const PowerOptions& options) {
  return options.alternative == Alternative::TwoSided && options.far_tail == FarTail::Counted;
}

bool looked_for(double effect, Alternative alternative) {
  switch (alternative) {
    case Alternative::Greater:
      return effect > 0;
    case Alternative::Less:
      return effect < 0;
    case Alternative::TwoSided:
      break;
  }
  return effect != 0;
}

Estimated<double> least_with_power(const std::function<double(double)>& power_at, double power, double least,
                                   double guess, double most) {
  const auto excess = [&](double x) { return power_at(x) - power; };
  if (excess(least) >= 0) return least;
  double lower = least;
  double upper = std::clamp(guess, least, most);
  if (!(upper > least)) upper = std::min(most, least > 0 ? 2 * least : 1);
  while (excess(upper) < 0) {
    if (upper >= most) return not_estimable("no sample of a size worth a number reaches that power");
    lower = upper;
    upper = std::min(most, upper * 1.25);
  }
  // The guess is nearly right, so that a narrow bracket below it nearly always holds the root.
  const double near = std::max(least, upper * 0.8);
  if (near > lower && excess(near) < 0) lower = near;
  const auto root = root_between(excess, lower, upper);
  if (!root) return not_estimable("the power does not rise with the sample");
  return *root;
}

}  // namespace splitplot::stats
