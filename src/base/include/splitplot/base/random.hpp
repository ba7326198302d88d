/// Repeatable random numbers for simulations. The same seed gives the same numbers on every machine and
/// library version, which the standard distributions do not promise. Not for secrets. A stream belongs to one
/// thread.
#pragma once

#include <cstdint>

namespace splitplot {

/// xoshiro256++ (Blackman & Vigna 2021, ACM TOMS 47(4)), seeded by SplitMix64 as its authors advise.
class RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed);

  /// 64 random bits.
  std::uint64_t next();

  /// Uniform on [0, 1) with 53 bits.
  double uniform();

  /// Uniform on {0, ..., bound - 1}, without modulo bias. `bound` must be positive.
  std::uint64_t below(std::uint64_t bound);

  /// True with the given probability.
  bool bernoulli(double probability) { return uniform() < probability; }

  /// Standard normal (Marsaglia's polar method).
  double normal();

 private:
  std::uint64_t state_[4];
  double spare_normal_ = 0;
  bool has_spare_ = false;
};

}  // namespace splitplot
