// splitplot simulate --live: the shop as HTTP clients of a running server.
#pragma once

#include "simulate/shop_model.hpp"

#include <splitplot/base/result.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace splitplot::app::simulate {

struct LiveRunOptions {
  std::string url;
  std::string key;        ///< of a server connection; empty: one is made with the admin key
  std::string admin_key;  ///< applies the shop's documents; empty: they are there
  double visitors_per_second = 5;
  double speed = 60;
  std::optional<std::uint64_t> visitors;
  std::optional<std::uint64_t> seconds;
  std::string truth_path;
  bool json = false;
};

/// Plays until its end, or until SIGINT or SIGTERM; answers what is to be printed. The truth file is written again every
/// few seconds. Errors: InvalidArgument, as of the server's API, Unreadable (the truth file).
[[nodiscard]] Result<std::string> run_live(const LiveRunOptions& options, const ShopOptions& shop);

}  // namespace splitplot::app::simulate
