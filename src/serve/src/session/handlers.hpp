/// Logging in and out of the dashboard.
#pragma once

#include "call.hpp"

namespace splitplot::serve::session {

/// POST /api/v1/session
[[nodiscard]] Response begin(const Call& call);
/// GET /api/v1/session
[[nodiscard]] Response show(const Call& call);
/// DELETE /api/v1/session
[[nodiscard]] Response end(const Call& call);

}  // namespace splitplot::serve::session
