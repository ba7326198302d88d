// Command-line options that say which shop is played.
#pragma once

#include "simulate/shop_model.hpp"

#include <splitplot/base/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace splitplot::app::simulate {

struct ShopFlags {
  std::uint64_t seed = 1;
  bool with_aa = false;
  Disturbances disturbances;
  std::vector<std::string> faults;
};

/// A demo's shop is a little untidy, as real ones are; one for calibration is not.
inline constexpr Disturbances kDemoDisturbances{
    .bots = 0.01, .duplicates = 0.01, .late = 0.01, .skewed = 0.03, .anonymous = 0.08};

/// Adds --seed, --aa, --fault and the shares of disturbances.
void add_shop_flags(CLI::App& command, ShopFlags& flags);

/// Errors: InvalidArgument (a fault that cannot be read).
[[nodiscard]] Result<ShopOptions> shop_options(const ShopFlags& flags);

}  // namespace splitplot::app::simulate
