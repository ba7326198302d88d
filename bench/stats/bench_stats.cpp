// How long the statistics take, each beside what cannot be avoided: the special functions that its answers consist of, or one pass over
// the numbers. Medians of repeated runs on one thread.
//
// `bench_stats --segments` prints the binomial segments instead, for peers that pool the same ones.
#include <splitplot/base/random.hpp>
#include <splitplot/stats/bayes/best_arm.hpp>
#include <splitplot/stats/bayes/beta_binomial.hpp>
#include <splitplot/stats/bayes/effect.hpp>
#include <splitplot/stats/compare/lift.hpp>
#include <splitplot/stats/compare/means.hpp>
#include <splitplot/stats/compare/proportions.hpp>
#include <splitplot/stats/distributions.hpp>
#include <splitplot/stats/pooling/binomial_effects.hpp>
#include <splitplot/stats/pooling/segments.hpp>
#include <splitplot/stats/power/plan.hpp>
#include <splitplot/stats/sequential/confidence_sequence.hpp>
#include <splitplot/stats/sequential/group_sequential.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string_view>
#include <utility>
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

/// A row: ours, the target (0 where the issue sets none), the floor, and what others take.
void print(const char* what, double ours_ms, double target_ms, const char* floor_name, double floor_ms,
           const char* peer = "") {
  std::printf("%-55s %9.4f ms  ", what, ours_ms);
  if (target_ms > 0) {
    std::printf("target %7.3f ms %-7s", target_ms, ours_ms <= target_ms ? "met" : "NOT MET");
  } else {
    std::printf("%-25s", "no target");
  }
  std::printf("  floor %9.4f ms, ratio %7.1f (%s)%s%s\n", floor_ms, ours_ms / floor_ms, floor_name,
              *peer != '\0' ? "; " : "", peer);
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

/// How much of the Bayesian answer is asked for.
enum class Posterior { None, ChanceAndLoss, Full };

void analyse_rates(const Cell& cell, Posterior posterior) {
  const auto rates = compare_proportions(cell.control_count, cell.treatment_count);
  sink = asymptotic_confidence_sequence(rates->value, rates->standard_error,
                                        cell.control_count.units + cell.treatment_count.units, 10000)
             ->p_value;
  constexpr Direction kHigher = Direction::HigherIsBetter;
  if (posterior == Posterior::ChanceAndLoss) {
    sink = beats_proportions(cell.control_count, cell.treatment_count, kHigher)->expected_loss;
  } else if (posterior == Posterior::Full) {
    sink = rate_effect(cell.control_count, cell.treatment_count, kHigher)->lift.value;
  }
}

void analyse_means(const Cell& cell, Posterior posterior) {
  const auto means = compare_means(cell.control, cell.treatment);
  sink = asymptotic_confidence_sequence(means->value, means->standard_error,
                                        cell.control.count + cell.treatment.count, 10000)
             ->p_value;
  constexpr Direction kHigher = Direction::HigherIsBetter;
  if (posterior == Posterior::ChanceAndLoss) {
    sink = beats_normal(means->value, means->standard_error, kHigher)->expected_loss;
  } else if (posterior == Posterior::Full) {
    sink = effect_posterior({means->value, means->standard_error}, kHigher)->mean;
    const auto lift = relative_effect(cell.control, cell.treatment);
    if (lift) sink = effect_posterior(*lift, kHigher)->mean;
  }
}

void bench_analyses() {
  const std::vector<Cell> all = cells();
  const auto each = [&](const auto& work) {
    return median_ms(25, [&] {
      for (const Cell& cell : all) work(cell);
    });
  };
  // What no implementation can leave out: a p-value and a quantile of Student's t or of the normal distribution per comparison, and the
  // exponential of the sequence's p-value.
  const double floor = each([](const Cell& cell) {
    sink = student_t_sf(1.3, static_cast<double>(cell.control.count));
    sink = student_t_quantile(0.975, static_cast<double>(cell.control.count));
    sink = normal_quantile(0.975);
    sink = normal_sf(1.3);
    sink = std::exp(-cell.control.mean);
    sink = std::exp(-cell.treatment.mean);
  });
  const char* kFloor = "their special functions alone";
  const auto both = [&](Posterior posterior) {
    return each([&](const Cell& cell) {
      analyse_rates(cell, posterior);
      analyse_means(cell, posterior);
    });
  };
  print("1,000 analyses: fixed + sequential", both(Posterior::None), 20, kFloor, floor,
        "gbstats 203 ms bare t, 2,306 ms frequentist");
  print("1,000 analyses: the same + chance to win and losses", both(Posterior::ChanceAndLoss), 20, kFloor,
        floor, "gbstats 3,269 ms Bayesian");
  print("1,000 analyses: the same + all intervals", both(Posterior::Full), 20, kFloor, floor,
        "gbstats 3,269 ms Bayesian");
  print("  of which 500 of rates", each([](const Cell& cell) { analyse_rates(cell, Posterior::Full); }), 0,
        kFloor, floor);
  print("  of which 500 of means", each([](const Cell& cell) { analyse_means(cell, Posterior::Full); }), 0,
        kFloor, floor);
}

// ---- which of ten arms is the best

void bench_best_arm() {
  std::vector<NormalPosterior> normal;
  std::vector<BetaPosterior> beta;
  std::vector<StudentPosterior> student;
  for (int i = 0; i < 10; ++i) {
    const double lead = 0.002 * i;
    normal.push_back({0.1 + lead, 0.008 + 0.0005 * i});
    beta.push_back({101 + 2.0 * i, 901});
    student.push_back({0.1 + lead, 0.008, 30.0 + i});
  }
  const auto row = [](const char* what, const auto& arms, const auto& density) {
    const double ours =
        median_ms(201, [&] { sink = best_arm(arms, Direction::HigherIsBetter)->value_remaining; });
    // Fewer nodes than standard deviations in the range of all arms show no density.
    const double floor = median_ms(201, [&] {
      for (const auto& arm : arms) {
        for (int node = -8; node <= 8; ++node) sink = density(arm, node);
      }
    });
    print(what, ours, 0.1, "17 densities an arm", floor);
  };
  row("P(best) of 10 arms, normal", normal,
      [](const NormalPosterior& arm, int z) { return normal_pdf(z) / arm.sd; });
  row("P(best) of 10 arms, beta", beta, [](const BetaPosterior& arm, int z) {
    const double d = 0.1 * z;  // over the logit
    return std::exp(arm.a * d - (arm.a + arm.b) * std::log1p(0.1 * std::expm1(d)));
  });
  row("P(best) of 10 arms, Student t", student, [](const StudentPosterior& arm, int z) {
    return std::exp(-0.5 * (arm.degrees + 1) * std::log1p(z * z / arm.degrees)) / arm.scale;
  });
}

// ---- boundaries of 187 looks

void bench_boundaries() {
  const std::vector<double> information = equal_information(187);
  // A recursion passes a density from look to look: each node of the next from each of the last, the fewest being one to each standard
  // deviation in reach.
  const double floor = median_ms(15, [] {
    for (int look = 0; look < 187; ++look) {
      double sum = 0;
      for (int pair = 0; pair < 17 * 17; ++pair) sum += std::exp(-0.001 * pair);
      sink = sum;
    }
  });
  const auto row = [&](const char* what, SpendingFunction spending, StoppingSides sides) {
    const double ours = median_ms(15, [&] {
      sink = spending_design(information, spending, {.alpha = 0.05, .sides = sides})->critical.back();
    });
    print(what, ours, 50, "17 x 17 transitions a look", floor);
  };
  row("187 looks, O'Brien-Fleming spending, two sides", {}, StoppingSides::Symmetric);
  row("187 looks, O'Brien-Fleming spending, one side", {}, StoppingSides::Upper);
  row("187 looks, power spending, two sides", {SpendingFamily::KimDeMetsPower, 2}, StoppingSides::Symmetric);
}

// ---- answers of a plan

void bench_plans() {
  DesignProblem problem;
  problem.metric = planned_proportion(0.05);
  const auto row = [&](const char* what, DesignMethod method) {
    problem.method = method;
    const double ours = median_ms(15, [&] { sink = design_units(problem, 0.005)->total_units; });
    const double floor = median_ms(201, [] {
      sink = normal_quantile(0.975);
      sink = normal_quantile(0.8);
    });
    print(what, ours, 0, "two normal quantiles, the closed form", floor);
  };
  row("units for an effect, one look", DesignMethod::FixedHorizon);
  row("units for an effect, 14 planned looks", DesignMethod::GroupSequential);
  row("units for an effect, confidence sequence", DesignMethod::AlwaysValid);
  row("units for a margin", DesignMethod::NonInferiority);
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
        "R's glmer 79-108 ms for rates");
}

/// 200 segments of two arms, 20 to 2,000 units each, with a lift that varies by `spread` on the scale of log odds.
std::vector<ArmCounts> segment_counts(double spread = 0.2) {
  RandomStream random(13);
  std::vector<ArmCounts> segments;
  for (int i = 0; i < 200; ++i) {
    const auto units = static_cast<std::uint64_t>(20 * std::pow(100, random.uniform()));
    const double logit = -2.5 + 0.4 * random.normal();
    const double effect = 0.1 + spread * random.normal();
    const auto drawn = [&](double at) {
      SuccessCount count{0, units};
      for (std::uint64_t unit = 0; unit < units; ++unit) {
        if (random.uniform() < 1 / (1 + std::exp(-at))) ++count.successes;
      }
      return count;
    };
    const SuccessCount control = drawn(logit);
    segments.push_back({control, drawn(logit + effect)});
  }
  return segments;
}

void bench_pooling_of_counts() {
  for (const double spread : {0.0, 0.2, 1.0}) {
    const auto segments = segment_counts(spread);
    const double ours = median_ms(21, [&] { sink = pool_log_odds_ratios(segments)->overall.mean; });
    // A density of each segment's effect that is fine enough for an interval has some 26 points.
    const double floor = median_ms(21, [&] {
      double sum = 0;
      for (const ArmCounts& segment : segments) {
        for (int point = 0; point < 26; ++point)
          sum += std::exp(-0.01 * point * static_cast<double>(segment.control.successes));
      }
      sink = sum;
    });
    char what[64];
    std::snprintf(what, sizeof what, "pooling 200 segments, binomial, spread %.1f", spread);
    print(what, ours, 5, "26 exponentials a segment", floor, spread == 0.2 ? "R's glmer 79-108 ms" : "");
  }
}

void print_segments() {
  std::printf("segment,treatment,successes,units\n");
  int segment = 0;
  for (const auto& [control, treatment] : segment_counts()) {
    ++segment;
    for (const auto& [arm, count] : {std::pair{0, control}, std::pair{1, treatment}}) {
      std::printf("%d,%d,%llu,%llu\n", segment, arm, static_cast<unsigned long long>(count.successes),
                  static_cast<unsigned long long>(count.units));
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "--segments") {
    print_segments();
    return 0;
  }
  bench_analyses();
  bench_best_arm();
  bench_boundaries();
  bench_plans();
  bench_pooling();
  bench_pooling_of_counts();
}
