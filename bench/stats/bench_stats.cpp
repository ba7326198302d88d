// How long the statistics take, each beside what cannot be avoided: the special functions that its answers consist of, or one pass over
// the numbers. Medians of repeated runs on one thread.
#include <splitplot/base/random.hpp>
#include <splitplot/stats/bayes/chance_to_win.hpp>
#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/segments.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

namespace {

using namespace splitplot::stats;
using splitplot::RandomStream;

/// Keeps the compiler from leaving out what nobody reads.
volatile double sink = 0;

double median_ms(int runs, const std::function<void()>& work) {
  work();  // warms caches
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(times.begin(), times.begin() + runs / 2, times.end());
  return times[static_cast<std::size_t>(runs / 2)];
}

void print(const char* what, double ours_ms, double target_ms, const char* floor_name, double floor_ms,
           const char* peer) {
  std::printf("%-58s %9.3f ms  target %7.3f ms %-7s  floor %9.3f ms (%s), ratio %6.1f;  peer: %s\n", what,
              ours_ms, target_ms, ours_ms <= target_ms ? "met" : "NOT MET", floor_ms, floor_name,
              ours_ms / floor_ms, peer);
}

// ---- 1,000 (metric x segment) analyses: half proportions, half means, 200 to 20,000 units an arm

struct Cell {
  SuccessCount control_count, treatment_count;
  Moments control, treatment;
};

Moments moments_of(double mean, double sd, std::uint64_t units) {
  Moments moments;
  moments.count = units;
  moments.mean = mean;
  moments.m2 = sd * sd * static_cast<double>(units - 1);
  moments.minimum = mean - 3 * sd;
  moments.maximum = mean + 3 * sd;
  return moments;
}

std::vector<Cell> cells() {
  RandomStream random(7);
  std::vector<Cell> result;
  for (int i = 0; i < 500; ++i) {
    const auto units = static_cast<std::uint64_t>(200 * std::pow(100, random.uniform()));
    const double rate = 0.02 + 0.2 * random.uniform();
    const auto successes = [&](double p) {
      const double n = static_cast<double>(units);
      return static_cast<std::uint64_t>(
          std::clamp(std::round(n * p + random.normal() * std::sqrt(n * p * (1 - p))), 0.0, n));
    };
    const double noise = 30 / std::sqrt(static_cast<double>(units));
    result.push_back({{successes(rate), units},
                      {successes(1.05 * rate), units},
                      moments_of(10 + noise * random.normal(), 30, units),
                      moments_of(10.5 + noise * random.normal(), 31, units)});
  }
  return result;
}

void analyse(const Cell& cell) {
  const auto sequence = [](const Difference& difference, std::uint64_t units) {
    sink = asymptotic_confidence_sequence(difference.value, difference.standard_error, units, 10000)->p_value;
  };
  const auto rates = compare_proportions(cell.control_count, cell.treatment_count);
  sequence(*rates, cell.control_count.units + cell.treatment_count.units);
  sink =
      beats_proportions(cell.control_count, cell.treatment_count, Direction::HigherIsBetter)->expected_loss;
  const auto means = compare_means(cell.control, cell.treatment);
  sequence(*means, cell.control.count + cell.treatment.count);
  sink = beats_normal(means->value, means->standard_error, Direction::HigherIsBetter)->expected_loss;
}

void bench_analyses() {
  const std::vector<Cell> all = cells();
  const double ours = median_ms(15, [&] {
    for (const Cell& cell : all) analyse(cell);
  });
  // What no implementation can leave out: a p-value and a quantile of Student's t or of the normal distribution per comparison, and one
  // beta distribution function per Bayesian answer.
  const double floor = median_ms(15, [&] {
    for (const Cell& cell : all) {
      sink = student_t_sf(1.3, static_cast<double>(cell.control.count));
      sink = student_t_quantile(0.975, static_cast<double>(cell.control.count));
      sink = normal_quantile(0.975);
      sink = normal_sf(1.3);
      sink = beta_cdf(cell.control_count.rate(), static_cast<double>(cell.control_count.successes + 1),
                      static_cast<double>(cell.control_count.units - cell.control_count.successes + 1));
    }
  });
  print("1,000 analyses: fixed + sequential + Bayesian", ours, 20, "their special functions alone", floor,
        "gbstats 203 ms bare t, 2,306 ms frequentist, 3,269 ms Bayesian");
}

// ---- pooling 200 segments

std::vector<SegmentEffect> segment_effects(std::size_t count) {
  RandomStream random(11);
  std::vector<SegmentEffect> segments;
  for (std::size_t i = 0; i < count; ++i) {
    const double error = 0.004 + 0.01 * random.uniform();
    segments.push_back({0.01 + 0.006 * random.normal() + error * random.normal(), error});
  }
  return segments;
}

void bench_pooling() {
  const auto segments = segment_effects(200);
  const double ours = median_ms(51, [&] { sink = pool_segments(segments)->overall.mean; });
  // A posterior of the spread is a function of the spread: fifty evaluations of its density over all segments are few.
  const double floor = median_ms(51, [&] {
    for (int node = 1; node <= 50; ++node) {
      const double variance = 1e-6 * node * node;
      double precision = 0, weighted = 0, log_density = 0;
      for (const SegmentEffect& segment : segments) {
        const double total = segment.standard_error * segment.standard_error + variance;
        precision += 1 / total;
        weighted += segment.value / total;
        log_density -= 0.5 * std::log(total);
      }
      sink = log_density + weighted / precision;
    }
  });
  print("pooling 200 segments, normal", ours, 1, "50 densities of the spread", floor,
        "R lme4 glmer 79-108 ms");
}

}  // namespace

int main() {
  bench_analyses();
  bench_pooling();
}
