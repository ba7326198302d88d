/// What rules and experiments have in common: when they hold, after what, for how many by now, and whom they pass over.
#pragma once

#include "object_reader.hpp"

#include <splitplot/model/configuration.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace splitplot::model {

/// The members `from` and `until`.
[[nodiscard]] Schedule read_schedule(ObjectReader& reader);

/// The member `requires`. Which variants the other flags have is known later (whole.hpp).
[[nodiscard]] std::vector<Prerequisite> read_prerequisites(ObjectReader& reader);

/// A share, or a list of steps: [{from: 2026-12-01, share: 5%}, ...]. Exactly one of the two is set where it is there.
struct ShareOrRamp {
  std::optional<double> share;
  std::vector<RampStep> ramp;
};
[[nodiscard]] ShareOrRamp read_share_or_ramp(ObjectReader& reader, std::string_view name);

/// The member `overrides`: {alice: treatment}. `find` answers the index of a variant, or notes that there is none.
[[nodiscard]] std::map<std::string, std::size_t, std::less<>> read_overrides(
    ObjectReader& reader,
    const std::function<std::optional<std::size_t>(const std::string& name, const Spot& spot)>& find);

}  // namespace splitplot::model
