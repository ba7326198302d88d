// What the server derives attributes of requests with: countries, browsers, clocks, holidays.
#pragma once

#include "server/settings.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/context/request_context.hpp>

namespace splitplot::app {

/// Errors: as of the files that settings name, and of the time zone.
[[nodiscard]] Result<context::RequestContext> open_request_context(const ServerSettings& settings);

}  // namespace splitplot::app
