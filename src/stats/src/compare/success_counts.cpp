#include "compare/success_counts.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>

namespace splitplot::stats {
namespace {

constexpr std::uint64_t kLargestCount = std::uint64_t{1} << 62;

}  // namespace

std::optional<std::string> refusal(const SuccessCount& arm) {
  if (arm.units == 0) return "an arm has no units";
  if (arm.successes > arm.units) return "an arm has more successes than units";
  if (arm.units > kLargestCount) return "an arm has more units than can be counted";
  return std::nullopt;
}

std::optional<std::string> refusal(const SuccessCount& control, const SuccessCount& treatment) {
  if (auto why = refusal(control)) return why;
  return refusal(treatment);
}

std::optional<std::string> refusal(const SuccessCount& control, const SuccessCount& treatment,
                                   double confidence) {
  if (auto why = refusal(control, treatment)) return why;
  if (!(confidence > 0 && confidence < 1)) return "the confidence must lie between 0 and 1";
  return std::nullopt;
}

std::uint64_t TableMargins::mode() const {
  const double position = (static_cast<double>(drawn) + 1) * (static_cast<double>(successes) + 1) /
                          (static_cast<double>(total) + 2);
  return std::clamp(static_cast<std::uint64_t>(position), lowest(), highest());
}

double TableMargins::log_pmf(std::uint64_t k) const {
  return log_hypergeometric_pmf(k, successes, drawn, total);
}

}  // namespace splitplot::stats
