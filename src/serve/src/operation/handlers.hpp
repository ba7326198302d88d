/// Whether the server is well, what it counts, and what an operator does to it.
#pragma once

#include "call.hpp"

namespace splitplot::serve::operation {

/// GET /healthz: the process answers.
[[nodiscard]] Response health(const Call& call);
/// GET /readyz: 200, or 503 with all that is wrong.
[[nodiscard]] Response readiness(const Call& call);
/// GET /metrics
[[nodiscard]] Response metrics(const Call& call);
/// GET /api/v1/status
[[nodiscard]] Response status(const Call& call);
/// GET /api/v1/traffic
[[nodiscard]] Response traffic(const Call& call);
/// POST /api/v1/backup
[[nodiscard]] Response back_up(const Call& call);
/// POST /api/v1/test/clock, in test mode only
[[nodiscard]] Response set_clock(const Call& call);

}  // namespace splitplot::serve::operation
