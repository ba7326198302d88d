// The truth of a demo: what the simulator wrote down about the data that it sends.
#pragma once

#include <splitplot/base/result.hpp>

#include <string>

namespace splitplot::app {

/// The text of a file that holds one JSON object. The simulator writes it anew while it runs.
/// Errors: NotFound (not there yet), Unavailable (cannot be read, too large, no JSON object).
[[nodiscard]] Result<std::string> read_truth(const std::string& path);

}  // namespace splitplot::app
