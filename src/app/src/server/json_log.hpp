// Logs as JSON lines on standard error: {"time":..., "level":..., "message":..., fields...}.
#pragma once

#include <splitplot/base/log.hpp>
#include <splitplot/base/time.hpp>

#include <memory>

namespace splitplot::app {

/// Thread-safe. `clock` stamps the lines; with `debug` false, debug lines are left out.
[[nodiscard]] std::unique_ptr<Log> make_json_log(const Clock& clock, bool debug);

}  // namespace splitplot::app
