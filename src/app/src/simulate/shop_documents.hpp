// The documents of the simulated shop, applied as anybody's would be: flags, experiments with seeds of their own (so that
// the same shop assigns the same on every installation), metrics, segments and the shop's connection. Pure.
#pragma once

#include "simulate/shop_model.hpp"

#include <splitplot/catalogue/catalogue.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace splitplot::app::simulate {

inline constexpr const char* kShopConnection = "shop";

/// How the shop's experiments are read.
struct ReadingPlan {
  std::optional<std::uint64_t> fixed_at;  ///< units; nothing: always-valid
};

/// YAML, as `splitplot apply` reads it.
[[nodiscard]] std::string shop_documents(const ShopModel& model, const ReadingPlan& plan = {});

/// Applies them, where they are not there yet. Answers the keys of connections that are new.
/// Errors: as of the catalogue; BadData (another document stands in the way).
[[nodiscard]] Result<std::vector<catalogue::NewCredential>> open_shop(catalogue::Catalogue& catalogue,
                                                                      const ShopModel& model,
                                                                      const ReadingPlan& plan = {});

}  // namespace splitplot::app::simulate
