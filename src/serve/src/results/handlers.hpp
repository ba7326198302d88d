/// Our own API below /api/v1: what experiments have found, now and over time. All run on the pool: they read the
/// warehouse.
#pragma once

#include "call.hpp"

namespace splitplot::serve::results {

/// GET /api/v1/experiments
[[nodiscard]] Response list(const Call& call);
/// GET /api/v1/experiments/{key}/results
[[nodiscard]] Response page(const Call& call);
/// GET /api/v1/experiments/{key}/timeline
[[nodiscard]] Response timeline(const Call& call);
/// GET /api/v1/demo/truth
[[nodiscard]] Response truth(const Call& call);

}  // namespace splitplot::serve::results
