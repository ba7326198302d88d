/// The interval of a difference of rates whose log odds ratio has a density on a lattice. Private to `stats`; thread-safe.
#pragma once

#include "pooling/lattice_density.hpp"

#include <splitplot/stats/pooling/binomial_effects.hpp>

#include <functional>

namespace splitplot::stats {

/// Central. `theta` turns a point of the lattice into the log odds ratio, increasing. Integrated over the baseline by Gauss-Hermite
/// quadrature outside and over theta inside: at one node of the baseline the difference grows with theta, so that its distribution is
/// that of theta, read off where the difference has the value asked for. The other way round it would be a staircase.
[[nodiscard]] Interval rate_difference_interval(const ArmCounts& counts, const LatticeDensity& density,
                                                const std::function<double(double)>& theta,
                                                double confidence);

}  // namespace splitplot::stats
