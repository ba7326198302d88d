/// Many simulated experiments on all cores, repeatable: the work is cut into chunks with a random stream each, so that the answer depends on
/// the seed alone, not on the number of cores.
#pragma once

#include <splitplot/base/random.hpp>
#include <splitplot/stats/moments.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <thread>
#include <vector>

namespace splitplot::calibration {

/// How many experiments to simulate: few in `make test`, the scorecard's own numbers in `make scorecard`, ten times as many, with a new
/// seed, in `make scorecard-long`.
enum class Tier { Quick, Short, Long };

struct Settings {
  Tier tier = Tier::Short;
  std::uint64_t seed = 1;

  /// `stated` is the scorecard's number.
  [[nodiscard]] std::uint64_t experiments(std::uint64_t stated) const {
    if (tier == Tier::Long) return 10 * stated;
    return tier == Tier::Short ? stated
                               : std::max<std::uint64_t>(stated / 10, std::min<std::uint64_t>(stated, 200));
  }
};

/// Calls `experiment(random, tally)` that often and merges the tallies with `tally.merge(other)`. `name` tells this simulation's random
/// numbers from those of others with the same seed.
template <typename Tally, typename Experiment>
Tally simulate(const Settings& settings, std::uint64_t experiments, std::string_view name,
               const Experiment& experiment) {
  constexpr std::size_t kChunks = 64;
  std::uint64_t stream = 14695981039346656037ULL;  // FNV-1a
  for (const char c : name) stream = (stream ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  std::vector<Tally> tallies(kChunks);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t chunk = next++; chunk < kChunks; chunk = next++) {
      RandomStream random(settings.seed * 1000003 + stream + chunk);
      const std::uint64_t share = experiments * (chunk + 1) / kChunks - experiments * chunk / kChunks;
      for (std::uint64_t i = 0; i < share; ++i) experiment(random, tallies[chunk]);
    }
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < std::max(1U, std::thread::hardware_concurrency()); ++i)
      workers.emplace_back(work);
    work();
  }
  Tally total;
  for (const Tally& tally : tallies) total.merge(tally);
  return total;
}

/// How often something happened.
struct Rate {
  std::uint64_t trials = 0;
  std::uint64_t hits = 0;

  void count(bool happened) {
    ++trials;
    hits += happened ? 1 : 0;
  }
  void merge(const Rate& other) {
    trials += other.trials;
    hits += other.hits;
  }
  [[nodiscard]] double value() const {
    return trials == 0 ? 0.0 : static_cast<double>(hits) / static_cast<double>(trials);
  }
  /// Three standard errors where the true rate is `rate`.
  [[nodiscard]] double band(double rate) const {
    return 3 * std::sqrt(rate * (1 - rate) / static_cast<double>(std::max<std::uint64_t>(trials, 1)));
  }
  [[nodiscard]] bool at_most(double target) const { return trials > 0 && value() <= target + band(target); }
  [[nodiscard]] bool at_least(double target) const { return trials > 0 && value() >= target - band(target); }
};

inline double lognormal(RandomStream& random, double mean_of_log, double sd_of_log) {
  return std::exp(mean_of_log + sd_of_log * random.normal());
}

/// Adds `units` 0/1 values.
inline void add_bernoulli(stats::SuccessCount& arm, RandomStream& random, std::uint64_t units, double rate) {
  arm.units += units;
  for (std::uint64_t i = 0; i < units; ++i) arm.successes += random.bernoulli(rate) ? 1 : 0;
}

inline stats::SuccessCount draw_successes(RandomStream& random, std::uint64_t units, double rate) {
  stats::SuccessCount arm;
  add_bernoulli(arm, random, units, rate);
  return arm;
}

/// Moments of `units` values made by `draw(random)`.
template <typename Draw>
stats::Moments draw_moments(RandomStream& random, std::uint64_t units, const Draw& draw) {
  stats::Moments arm;
  for (std::uint64_t i = 0; i < units; ++i) arm.add(draw(random));
  return arm;
}

}  // namespace splitplot::calibration
