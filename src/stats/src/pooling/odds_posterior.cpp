#include "pooling/odds_posterior.hpp"

#include <splitplot/stats/distributions.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace splitplot::stats {
namespace {

// A likelihood such as exp(-exp(theta)) has a spectrum that falls like exp(-pi omega / 2): at this spacing the rule is right to 3e-9.
constexpr double kUnit = 0.5;
constexpr double kReach = 7;        // standard deviations of a normal density that count
constexpr double kNothing = 1e-12;  // of a likelihood
constexpr double kDrop = 18;        // in log density: e^-18 = 1.5e-8
constexpr double kStepWidth = 1.2;  // of the smooth step
constexpr double kLongest = 4096;   // half a table of a normal density
constexpr std::size_t kMostMeans = 2000;
constexpr int kMostSlices = 400;
constexpr double kLog2Pi = 1.8378770664093453;
constexpr double kNever = -std::numeric_limits<double>::infinity();

std::int64_t first_at_or_above(double x, double spacing) {
  return static_cast<std::int64_t>(std::ceil(x / spacing));
}

std::int64_t last_at_or_below(double x, double spacing) {
  return static_cast<std::int64_t>(std::floor(x / spacing));
}

/// Lattice points of one level between `lower` and `upper`.
struct Window {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

/// Hands the density of N(mu, tau^2) at each point of `window`, which lies within kReach tau of mu, to `take`, with one of four lanes
/// for sums that need not wait for one another.
template <typename Take>
void for_each_height(const OddsSlice& slice, std::int64_t mu_index, int level, const Window& window,
                     Take take) {
  const std::int64_t count = window.last - window.first + 1;
  if (level <= slice.fine && !slice.table.empty()) {
    const std::int64_t stride = std::int64_t{1} << (slice.fine - level);
    const std::int64_t distance =
        window.first * stride - mu_index * (std::int64_t{1} << (slice.fine - slice.mu_level));
    const double* heights = slice.table.data() + static_cast<std::int64_t>(slice.table.size() / 2) + distance;
    std::int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
      take(0, i, heights[i * stride]);
      take(1, i + 1, heights[(i + 1) * stride]);
      take(2, i + 2, heights[(i + 2) * stride]);
      take(3, i + 3, heights[(i + 3) * stride]);
    }
    for (; i < count; ++i) take(0, i, heights[i * stride]);
    return;
  }
  const double spacing = spacing_of(level) / slice.tau;
  const double offset = static_cast<double>(window.first) * spacing -
                        static_cast<double>(mu_index) * spacing_of(slice.mu_level) / slice.tau;
  const double height = std::exp(-0.5 * kLog2Pi) / slice.tau;
  for (std::int64_t i = 0; i < count; ++i) {
    const double z = offset + static_cast<double>(i) * spacing;
    take(0, i, height * std::exp(-0.5 * z * z));
  }
}

}  // namespace

double spacing_of(int level) {
  const double power = static_cast<double>(std::uint64_t{1} << (level < 0 ? -level : level));
  return level < 0 ? kUnit * power : kUnit / power;
}

int level_for(double spacing) {
  constexpr double kFinest = 60;
  return static_cast<int>(std::clamp(std::ceil(std::log2(kUnit / spacing)), -kFinest, kFinest));
}

double OddsSlice::mu(std::size_t k) const {
  return static_cast<double>(first_mu + static_cast<std::int64_t>(k)) * spacing_of(mu_level);
}

LatticeLikelihood::LatticeLikelihood(const ArmCounts& counts) : likelihood_(counts) {
  if (silent()) return;
  level_ = std::max(0, level_for(0.9 * std::sqrt(likelihood_.variance())));
  if (!bounded()) {
    step_ = likelihood_.flat_above() ? 1 : -1;
    double inside = likelihood_.centre();  // where L is above 1/2, and where it is below
    double outside = inside;
    while (likelihood_.at(inside) < 0.5) inside += step_;
    while (likelihood_.at(outside) >= 0.5) outside -= step_;
    for (int i = 0; i < 20; ++i) {
      const double middle = 0.5 * (inside + outside);
      (likelihood_.at(middle) < 0.5 ? outside : inside) = middle;
    }
    step_centre_ = inside;
  }
  lower_ = end_of_rest(-1);
  upper_ = end_of_rest(1);
}

double LatticeLikelihood::rest_at(double theta) const {
  const double value = likelihood_.at(theta);
  return step_ == 0 ? value : value - normal_cdf(step_ * (theta - step_centre_) / kStepWidth);
}

/// Where the rest is nothing any more, seen from its centre.
double LatticeLikelihood::end_of_rest(double direction) const {
  const double start = step_ == 0 ? likelihood_.centre() : step_centre_;
  // A bounded one is measured by its own height.
  const double height = step_ == 0 ? likelihood_.at(start) : 1;
  const double step = direction * 2 * spacing_of(level_);
  double reach = step;
  while (std::abs(rest_at(start + reach)) > kNothing * height || std::abs(reach) < 8 * std::abs(step))
    reach += step;
  return start + reach;
}

double LatticeLikelihood::mean_of_step(double mu, double tau) const {
  if (step_ == 0) return 0;
  return normal_cdf(step_ * (mu - step_centre_) / std::sqrt(kStepWidth * kStepWidth + tau * tau));
}

const double* LatticeLikelihood::rest(int level, std::int64_t first, std::int64_t last) {
  const auto place = static_cast<std::size_t>(level - level_);
  if (lattices_.size() <= place) lattices_.resize(place + 1);
  Lattice& lattice = lattices_[place];
  const double spacing = spacing_of(level);
  if (lattice.values.empty()) lattice.first = first;
  if (first < lattice.first) {
    std::vector<double> added;
    for (std::int64_t g = first; g < lattice.first; ++g)
      added.push_back(rest_at(static_cast<double>(g) * spacing));
    lattice.values.insert(lattice.values.begin(), added.begin(), added.end());
    lattice.first = first;
  }
  for (auto g = lattice.first + static_cast<std::int64_t>(lattice.values.size()); g <= last; ++g)
    lattice.values.push_back(rest_at(static_cast<double>(g) * spacing));
  return lattice.values.data() + (first - lattice.first);
}

OddsPosterior::OddsPosterior(std::vector<LatticeLikelihood> segments, const WorkingPrior& prior,
                             double overall_precision)
    : segments_(std::move(segments)), prior_(prior), overall_precision_(overall_precision) {
  double precision = 0;
  for (const LatticeLikelihood& s : segments_) precision += 1 / s.likelihood().variance();
  const auto size = static_cast<double>(segments_.size());
  typical_error_ = std::sqrt(size / precision);
  scale_ = std::min(typical_error_ / std::sqrt(std::sqrt(size)), scale_of(prior));
  guess_ = guess();
  for (std::size_t j = 0; j < segments_.size(); ++j)
    finest_answer_ = std::max(finest_answer_, level_for(guess_of_sd(j) / 2.6));
  constexpr int kMostTries = 3;
  step_ = std::min(0.3, 0.8 * guess_.t_sd);
  for (int i = 0; i < kMostTries; ++i) {
    sum_up(guess_);
    if (empty()) return;
    double first = 0;
    double second = 0;
    for (const OddsSlice& slice : slices_) {
      for (const double weight : slice.weights) {
        first += weight * slice.t;
        second += weight * slice.t * slice.t;
      }
    }
    const double sd = std::sqrt(std::max(0.0, second - first * first));
    if (step_ <= 1.1 * sd) return;
    step_ = std::max(0.8 * sd, 0.3 * step_);
  }
}

double OddsPosterior::spread_at(double t) const {
  return scale_ * std::sinh(t);
}

/// Where the spread lies if the likelihoods are taken for normal ones.
OddsPosterior::Guess OddsPosterior::guess() const {
  WorkingSegments working;
  for (const LatticeLikelihood& s : segments_) {
    working.effects.push_back(s.likelihood().centre() / typical_error_);
    working.variances.push_back(s.likelihood().variance() / (typical_error_ * typical_error_));
  }
  const SpreadPosterior normal(working, scaled(prior_, 1 / typical_error_));
  Guess guess;
  double second = 0;
  guess.tau = 0;
  for (const SpreadNode& node : normal.nodes()) {
    const double t = std::asinh(node.tau * typical_error_ / scale_);
    guess.t_mean += node.weight * t;
    second += node.weight * t * t;
  }
  guess.t_sd = std::sqrt(std::max(1e-6, second - guess.t_mean * guess.t_mean));
  guess.tau = spread_at(guess.t_mean);
  return guess;
}

double OddsPosterior::guess_of_mean(std::size_t segment) const {
  double precision = overall_precision_;
  double sum = 0;
  for (const LatticeLikelihood& s : segments_) {
    const double weight = 1 / (s.likelihood().variance() + guess_.tau * guess_.tau);
    precision += weight;
    sum += weight * s.likelihood().centre();
  }
  const double own =
      guess_.tau * guess_.tau / (guess_.tau * guess_.tau + segments_[segment].likelihood().variance());
  return own * segments_[segment].likelihood().centre() + (1 - own) * sum / precision;
}

double OddsPosterior::sd_given(std::size_t segment, double tau) const {
  const double variance = segments_[segment].likelihood().variance();
  const double square = tau * tau;
  return std::sqrt(variance * square / (variance + square) + variance / (variance + square) * typical_error_ *
                                                                 typical_error_ /
                                                                 static_cast<double>(segments_.size()));
}

double OddsPosterior::guess_of_sd(std::size_t segment) const {
  return sd_given(segment, guess_.tau);
}

double OddsPosterior::wide_guess_of_sd(std::size_t segment) const {
  return sd_given(segment, wide_tau_);
}

double OddsPosterior::evaluate(OddsSlice& slice, std::int64_t mu_index, std::vector<double>& evidence) {
  const double mu = static_cast<double>(mu_index) * spacing_of(slice.mu_level);
  const double reach = kReach * slice.tau;
  double log_sum = -0.5 * overall_precision_ * mu * mu;
  double product = 1;
  for (LatticeLikelihood& segment : segments_) {
    double sum = 1;
    if (!segment.silent()) {
      const int level = std::max(segment.level(), slice.level);
      const double spacing = spacing_of(level);
      const Window window{first_at_or_above(std::max(mu - reach, segment.lower()), spacing),
                          last_at_or_below(std::min(mu + reach, segment.upper()), spacing)};
      double rest = 0;
      if (window.first <= window.last) {
        const double* values = segment.rest(level, window.first, window.last);
        std::array<double, 4> sums{};
        for_each_height(slice, mu_index, level, window, [&](std::size_t lane, std::int64_t i, double height) {
          sums[lane] += values[i] * height;
        });
        rest = (sums[0] + sums[1]) + (sums[2] + sums[3]);
      }
      sum = std::max(0.0, spacing * rest + segment.mean_of_step(mu, slice.tau));
    }
    evidence.push_back(sum);
    product *= sum;
    if (product < 1e-200) {
      log_sum += std::log(product);
      product = 1;
    }
  }
  return log_sum + std::log(product);
}

/// The density over mu at one t, from its middle outwards.
OddsSlice OddsPosterior::slice_at(double t) {
  OddsSlice slice;
  slice.t = t;
  slice.tau = spread_at(t);
  slice.level = std::max(0, level_for(slice.tau));
  double precision = overall_precision_;
  double sum = 0;
  for (const LatticeLikelihood& s : segments_) {
    if (s.silent()) continue;
    const double weight = 1 / (s.likelihood().variance() + slice.tau * slice.tau);
    precision += weight;
    sum += weight * s.likelihood().centre();
  }
  slice.mu_level = level_for(std::min(1.1 / std::sqrt(precision), slice.tau));
  slice.fine = std::max({slice.level, slice.mu_level, finest_answer_});
  const double spacing = spacing_of(slice.fine) / slice.tau;
  if (kReach / spacing < kLongest) {
    const auto reach = static_cast<int>(kReach / spacing) + 2;  // windows are rounded: a point more
    for (int i = -reach; i <= reach; ++i)
      slice.table.push_back(std::exp(-0.5 * (i * i * spacing * spacing + kLog2Pi)) / slice.tau);
  }
  const auto start = static_cast<std::int64_t>(std::llround(sum / precision / spacing_of(slice.mu_level)));
  struct Found {
    std::vector<double> logs;
    std::vector<std::vector<double>> evidence;
  };
  Found sides[2];
  double peak = kNever;
  for (int side = 0; side < 2; ++side) {
    const std::int64_t direction = side == 0 ? 1 : -1;
    for (std::int64_t k = side; sides[side].logs.size() < kMostMeans; ++k) {
      std::vector<double> evidence;
      evidence.reserve(segments_.size());
      const double log = evaluate(slice, start + direction * k, evidence);
      if (!(log > peak - kDrop)) break;
      peak = std::max(peak, log);
      sides[side].logs.push_back(log);
      sides[side].evidence.push_back(std::move(evidence));
    }
  }
  slice.first_mu = start - static_cast<std::int64_t>(sides[1].logs.size());
  std::vector<double> logs(sides[1].logs.rbegin(), sides[1].logs.rend());
  logs.insert(logs.end(), sides[0].logs.begin(), sides[0].logs.end());
  for (auto found = sides[1].evidence.rbegin(); found != sides[1].evidence.rend(); ++found)
    slice.evidence.insert(slice.evidence.end(), found->begin(), found->end());
  for (const auto& evidence : sides[0].evidence)
    slice.evidence.insert(slice.evidence.end(), evidence.begin(), evidence.end());
  double total = 0;
  for (const double log : logs) {
    slice.weights.push_back(std::exp(log - peak));
    total += slice.weights.back();
  }
  slice.log_mass = peak + std::log(total * spacing_of(slice.mu_level)) + log_prior(prior_, slice.tau) +
                   std::log(std::cosh(t));
  for (std::size_t k = 0; k < slice.weights.size(); ++k) {
    slice.weights[k] /= total;
    slice.mu_mean += slice.weights[k] * slice.mu(k);
  }
  return slice;
}

void OddsPosterior::sum_up(const Guess& guess) {
  slices_.clear();
  std::vector<OddsSlice> below;
  double peak = kNever;
  const int start = std::max(0, static_cast<int>(guess.t_mean / step_ - 0.5));
  for (int i = start; i < start + kMostSlices; ++i) {
    OddsSlice slice = slice_at((i + 0.5) * step_);
    if (!(slice.log_mass > peak - kDrop)) break;
    peak = std::max(peak, slice.log_mass);
    slices_.push_back(std::move(slice));
  }
  for (int i = start - 1; i >= 0; --i) {
    OddsSlice slice = slice_at((i + 0.5) * step_);
    if (!(slice.log_mass > peak - kDrop)) break;
    peak = std::max(peak, slice.log_mass);
    below.push_back(std::move(slice));
  }
  slices_.insert(slices_.begin(), std::make_move_iterator(below.rbegin()),
                 std::make_move_iterator(below.rend()));
  double total = 0;
  for (const OddsSlice& slice : slices_) total += std::exp(slice.log_mass - peak);
  for (OddsSlice& slice : slices_) {
    const double share = std::exp(slice.log_mass - peak) / total;
    for (double& weight : slice.weights) weight *= share;
    if (share > 1e-3) wide_tau_ = slice.tau;
  }
}

std::vector<double> OddsPosterior::density_on_lattice(std::size_t segment, int level, std::int64_t first,
                                                      std::size_t count) const {
  constexpr double kLightest = 1e-7;  // what such nodes add is below every digit that is promised
  const LatticeLikelihood& own = segments_[segment];
  const double spacing = spacing_of(level);
  std::vector<double> density(count);
  for (const OddsSlice& slice : slices_) {
    const double reach = kReach * slice.tau;
    for (std::size_t k = 0; k < slice.weights.size(); ++k) {
      const double evidence = slice.evidence[k * segments_.size() + segment];
      if (slice.weights[k] < kLightest || !(evidence > 0)) continue;
      const double weight = slice.weights[k] / evidence;
      const double mu = slice.mu(k);
      const Window window{
          std::max(first, first_at_or_above(mu - reach, spacing)),
          std::min(first + static_cast<std::int64_t>(count) - 1, last_at_or_below(mu + reach, spacing))};
      if (window.first > window.last) continue;
      double* begin = density.data() + (window.first - first);
      for_each_height(slice, slice.first_mu + static_cast<std::int64_t>(k), level, window,
                      [&](std::size_t, std::int64_t i, double height) { begin[i] += weight * height; });
    }
  }
  if (own.silent()) return density;
  for (std::size_t i = 0; i < count; ++i)
    density[i] *= own.likelihood().at(static_cast<double>(first + static_cast<std::int64_t>(i)) * spacing);
  return density;
}

double OddsPosterior::density_at(std::size_t segment, double theta) const {
  double density = 0;
  for (const OddsSlice& slice : slices_) {
    double sum = 0;
    for (std::size_t k = 0; k < slice.weights.size(); ++k) {
      const double evidence = slice.evidence[k * segments_.size() + segment];
      const double z = (theta - slice.mu(k)) / slice.tau;
      if (std::abs(z) < 2 * kReach && evidence > 0)
        sum += slice.weights[k] / evidence * std::exp(-0.5 * z * z);
    }
    density += sum / slice.tau;
  }
  return density * segments_[segment].likelihood().at(theta);
}

}  // namespace splitplot::stats
