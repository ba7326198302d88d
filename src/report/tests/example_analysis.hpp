/// Analyses made by hand: numbers typed in or drawn by a fixed rule, never computed by the code that they
/// test.
#pragma once

#include <splitplot/experiment/analysis.hpp>

namespace splitplot::report {

/// An e-mail campaign like Hillstrom's: two treatments, a rate that moves, a skewed mean, segments over two
/// dimensions, distributions.
[[nodiscard]] experiment::Analysis email_campaign_analysis();

/// The same watched while it runs, with covariates, a lower-is-better metric, a metric without a lift and a
/// broken split.
[[nodiscard]] experiment::Analysis watched_analysis();

/// The campaign as a server ran it: its plan, an exploratory metric, a change after the start.
[[nodiscard]] experiment::Analysis served_analysis();

/// An experiment that nobody met yet.
[[nodiscard]] experiment::Analysis unmet_analysis();

/// Everything that data can do to a report: names with markup, quotes, control characters, wide and combining
/// characters, right-to-left text, nothing at all; numbers from 1e-300 to 1e300; infinite ends; a third of
/// all numbers not estimable.
[[nodiscard]] experiment::Analysis hostile_analysis(int segments);

/// Nothing can be estimated at all.
[[nodiscard]] experiment::Analysis empty_analysis();

}  // namespace splitplot::report
