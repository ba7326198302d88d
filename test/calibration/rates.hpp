/// Rates counted over simulated experiments, with the band that chance allows.
#pragma once

#include <splitplot/base/random.hpp>
#include <splitplot/stats/moments.hpp>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string_view>

namespace splitplot::calibration {

/// The two tiers: `make test` runs few experiments with fixed seeds; `make test-long` (SPLITPLOT_CALIBRATION=long) runs twenty times
/// as many with a new seed, which it prints.
inline bool is_long_tier() {
  const char* tier = std::getenv("SPLITPLOT_CALIBRATION");
  return tier != nullptr && std::string_view(tier) == "long";
}

/// How many experiments to simulate where the short tier takes `usual`.
inline int experiments(int usual) {
  return is_long_tier() ? 20 * usual : usual;
}

/// The seed where the short tier takes `usual`. SPLITPLOT_CALIBRATION_SEED repeats a long run.
inline std::uint64_t seed(std::uint64_t usual) {
  if (!is_long_tier()) return usual;
  static const std::uint64_t shift = [] {
    const char* given = std::getenv("SPLITPLOT_CALIBRATION_SEED");
    const std::uint64_t chosen =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "  SPLITPLOT_CALIBRATION_SEED=" << chosen << '\n';
    return chosen;
  }();
  return usual + shift;
}

/// Counts how often something happened.
class Rate {
 public:
  void count(bool happened) {
    ++trials_;
    if (happened) ++hits_;
  }
  [[nodiscard]] double value() const { return static_cast<double>(hits_) / static_cast<double>(trials_); }
  /// Three standard errors of a rate whose true value is `rate`.
  [[nodiscard]] double band(double rate) const {
    return 3 * std::sqrt(rate * (1 - rate) / static_cast<double>(trials_));
  }

 private:
  std::uint64_t trials_ = 0;
  std::uint64_t hits_ = 0;
};

/// One line for the log of a calibration run.
inline void print(std::string_view what, const Rate& rate) {
  std::cout << "  " << what << ": " << 100 * rate.value() << " %\n";
}

inline stats::SuccessCount draw_successes(RandomStream& random, std::uint64_t units, double rate) {
  stats::SuccessCount arm{0, units};
  for (std::uint64_t i = 0; i < units; ++i) arm.successes += random.bernoulli(rate) ? 1 : 0;
  return arm;
}

}  // namespace splitplot::calibration
