#include "fnv.hpp"

#include <splitplot/decide/hash.hpp>

#include <algorithm>

namespace splitplot::decide {
double bucket_of(std::string_view seed, std::string_view value, HashVersion version) {
  if (version == HashVersion::One) return first_bucket(fnv_continued(fnv_continued(kFnvBasis, value), seed));
  return second_bucket(fnv_continued(fnv_continued(kFnvBasis, seed), value));
}

bool is_portable(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::vector<BucketRange> bucket_ranges(std::span<const double> weights, double coverage) {
  coverage = std::clamp(coverage, 0.0, 1.0);
  std::vector<BucketRange> ranges;
  ranges.reserve(weights.size());
  double begin = 0;
  for (const double weight : weights) {
    // The same sums in the same order as the SDKs: an edge that rounding moves must be moved for all.
    ranges.push_back({begin, begin + coverage * weight});
    begin += weight;
  }
  return ranges;
}

}  // namespace splitplot::decide
