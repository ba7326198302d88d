// An experiment with a known truth, for people who want to see a report before they have data of their own.
#pragma once

#include <cstdint>
#include <string>

namespace splitplot::app {

/// A CSV of a shop's checkout test: variants `control`, `short_form` and `express`; pre-period spend as a
/// covariate; segments by device, customer and country. True effects: `short_form` none; `express` lifts
/// purchases by 30 % on mobile and by nothing elsewhere; order values are the same in all variants. The same
/// seed gives the same file.
[[nodiscard]] std::string example_experiment_csv(std::uint64_t units, std::uint64_t seed);

}  // namespace splitplot::app
