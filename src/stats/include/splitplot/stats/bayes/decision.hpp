/// What a posterior says about a decision: how likely the treatment is better, and what either choice costs if it is wrong. The
/// words that every header of bayes/ answers with. Pure values, thread-safe.
///
/// Posterior answers hold for one look at the data; under repeated looks they hold no error rate (`Assumption::OneLook`).
#pragma once

#include <splitplot/stats/assumptions.hpp>

namespace splitplot::stats {

/// Which way a metric should go.
enum class Direction { HigherIsBetter, LowerIsBetter };

/// A treatment against the control, in the metric's own unit (or in shares of the control, where the effect is relative).
struct Beats {
  double chance_to_win = 0.5;  ///< P(treatment better than control)
  double expected_loss =
      0;  ///< E[max(0, control - treatment)] in the better direction: cost of shipping if wrong
  double expected_loss_of_keeping =
      0;  ///< E[max(0, treatment - control)]: cost of keeping the control if wrong
  Assumptions assumptions{};
};

}  // namespace splitplot::stats
