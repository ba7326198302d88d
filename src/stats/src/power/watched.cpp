#include "power/solve.hpp"

#include <splitplot/stats/power/watched.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>

#include <vector>

namespace splitplot::stats {

Estimated<GroupSequentialDesign> always_valid_design(std::size_t looks, double alpha) {
  if (auto refused = refusal_of_alpha(alpha)) return not_estimable(*refused);
  if (looks == 0 || looks > kMostLooks)
    return not_estimable("the number of looks must lie between 1 and 5,000");
  constexpr std::uint64_t kUnitsPerLook = 1'000'000;  // any number: only shares of the whole enter
  std::vector<double> critical;
  critical.reserve(looks);
  for (std::uint64_t look = 1; look <= looks; ++look) {
    const auto sequence =
        asymptotic_confidence_sequence(0, 1, look * kUnitsPerLook, looks * kUnitsPerLook, 1 - alpha);
    if (!sequence) return tl::unexpected(sequence.error());
    critical.push_back(sequence->half_width);
  }
  return design_from_boundaries(equal_information(looks), critical, StoppingSides::Symmetric);
}

}  // namespace splitplot::stats
