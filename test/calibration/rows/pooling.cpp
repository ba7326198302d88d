// S9: pooled segment estimates whatever the true spread between segments.
#include "scorecard.hpp"

#include <splitplot/stats/pooling/segments.hpp>

#include <cstdio>

namespace splitplot::calibration {
namespace {

using namespace splitplot::stats;

// Standard errors of eight segments, the largest four times the smallest.
constexpr double kErrors[] = {0.5, 0.6, 0.8, 1.0, 1.0, 1.3, 1.6, 2.0};
constexpr double kMean = 0.7;
constexpr double kScaleInTypicalErrors = AdaptiveSpread{}.typical_errors;

double typical_error() {
  double precision = 0;
  for (const double error : kErrors) precision += 1 / (error * error);
  return std::sqrt(std::size(kErrors) / precision);
}

struct PoolingTally {
  Rate segment_covered;
  Rate overall_covered;
  Rate called_different;  // from zero, with 97.5 % either way
  std::uint64_t experiments = 0;
  double raw_squared_error = 0;
  double pooled_squared_error = 0;
  double squared_gain = 0;  // sum of squares of an experiment's gain, for its standard error

  void merge(const PoolingTally& other) {
    segment_covered.merge(other.segment_covered);
    overall_covered.merge(other.overall_covered);
    called_different.merge(other.called_different);
    experiments += other.experiments;
    raw_squared_error += other.raw_squared_error;
    pooled_squared_error += other.pooled_squared_error;
    squared_gain += other.squared_gain;
  }
  [[nodiscard]] double ratio() const { return pooled_squared_error / raw_squared_error; }
  /// Three standard errors of the gain, as a share of the raw error.
  [[nodiscard]] double noise() const {
    const double n = static_cast<double>(experiments);
    const double gain = (raw_squared_error - pooled_squared_error) / n;
    return 3 * std::sqrt((squared_gain / n - gain * gain) / n) / (raw_squared_error / n);
  }
};

PoolingTally at_spread(const Settings& settings, std::uint64_t experiments, double spread) {
  return simulate<PoolingTally>(
      settings, experiments, "pooling" + std::to_string(spread),
      [spread](RandomStream& random, PoolingTally& tally) {
        std::vector<double> truth;
        std::vector<SegmentEffect> segments;
        for (const double error : kErrors) {
          truth.push_back(kMean + spread * random.normal());
          segments.push_back({truth.back() + error * random.normal(), error});
        }
        const auto pooled = pool_segments(segments);
        ++tally.experiments;
        if (!pooled) return;
        double gain = 0;
        for (std::size_t j = 0; j < truth.size(); ++j) {
          const PooledEffect& segment = pooled->segments[j];
          tally.segment_covered.count(segment.interval.contains(truth[j]));
          const double certain = std::max(segment.chance_above_zero, 1 - segment.chance_above_zero);
          if (std::abs(truth[j]) > 4 * segments[j].standard_error)
            tally.called_different.count(certain > 0.975);
          const double raw = (segments[j].value - truth[j]) * (segments[j].value - truth[j]);
          const double after = (segment.mean - truth[j]) * (segment.mean - truth[j]);
          tally.raw_squared_error += raw;
          tally.pooled_squared_error += after;
          gain += raw - after;
        }
        tally.squared_gain += gain * gain;
        tally.overall_covered.count(pooled->overall.interval.contains(kMean));
      });
}

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

}  // namespace

std::vector<Line> measure_s9(const Settings& settings) {
  std::vector<Line> lines;
  for (const double scales : {0.0, 0.1, 0.2, 0.4, 1.0, 2.0, 5.0, 10.0}) {
    const double spread = scales * kScaleInTypicalErrors * typical_error();
    const PoolingTally tally = at_spread(settings, settings.experiments(2000), spread);
    const std::string where = "8 segments, true spread " + rounded(scales) + " prior scales";
    const std::string power =
        tally.called_different.trials == 0
            ? ""
            : "effects beyond 4 errors called with 97.5 %: " + percent(tally.called_different);
    lines.push_back({"S9", where + ": coverage", tally.experiments, ">= 93 %", percent(tally.segment_covered),
                     power, "nobody documents pooling", tally.segment_covered.at_least(0.93)});
    lines.push_back({"S9", where + ": coverage of the mean", tally.experiments, ">= 93 %",
                     percent(tally.overall_covered), "", "", tally.overall_covered.at_least(0.93)});
    lines.push_back({"S9", where + ": squared error / raw", tally.experiments, "<= 1 beyond noise",
                     rounded(tally.ratio()), "noise (three standard errors) " + rounded(tally.noise()), "",
                     tally.ratio() <= 1 + tally.noise()});
  }
  return lines;
}

}  // namespace splitplot::calibration
