/// The posterior answers for a comparison of variants in one header: chance to win and expected loss of proportions and of normal
/// effects, and chance to be best of several arms.
#pragma once

#include <splitplot/stats/bayes/best_arm.hpp>       // IWYU pragma: export
#include <splitplot/stats/bayes/beta_binomial.hpp>  // IWYU pragma: export
#include <splitplot/stats/bayes/decision.hpp>       // IWYU pragma: export
#include <splitplot/stats/bayes/effect.hpp>         // IWYU pragma: export
