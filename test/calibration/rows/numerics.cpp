// S12: badly scaled data, merged in chunks.
#include "scorecard.hpp"

#include <cstdio>

namespace splitplot::calibration {

std::vector<Line> measure_s12(const Settings& settings) {
  // A million values of mean 1e8 and standard deviation 1, in 1,000 chunks that are merged; the slow twin centres in long double.
  constexpr int kChunks = 1000;
  constexpr int kPerChunk = 1000;
  RandomStream random(settings.seed);
  std::vector<double> values;
  values.reserve(kChunks * kPerChunk);
  for (int i = 0; i < kChunks * kPerChunk; ++i) values.push_back(1e8 + random.normal());
  stats::Moments merged;
  for (int chunk = 0; chunk < kChunks; ++chunk) {
    stats::Moments part;
    for (int i = 0; i < kPerChunk; ++i) part.add(values[static_cast<std::size_t>(chunk * kPerChunk + i)]);
    merged.merge(part);
  }
  long double mean = 0;
  for (const double value : values) mean += value;
  mean /= values.size();
  long double squares = 0;
  double sum = 0;
  double sum_of_squares = 0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
    sum += value;
    sum_of_squares += value * value;
  }
  const double n = static_cast<double>(values.size());
  const double truth = static_cast<double>(squares / (values.size() - 1));
  const double error = std::abs(merged.variance() / truth - 1);
  const double naive = std::abs((sum_of_squares - sum * sum / n) / (n - 1) / truth - 1);
  char ours[32];
  char peer[80];
  std::snprintf(ours, sizeof ours, "%.1e", error);
  std::snprintf(peer, sizeof peer, "0.0 instead of 0.98 (sums of squares); here they are off by %.1e", naive);
  return {{"S12", "variance of values around 1e8, sd 1, merged in 1,000 chunks", values.size(),
           "relative error < 1e-6", ours, "", peer, error < 1e-6}};
}

}  // namespace splitplot::calibration
