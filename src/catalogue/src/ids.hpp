/// Ids of rows.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>

#include <string>

namespace splitplot::catalogue {

/// A new UUIDv7. Errors: Unavailable (no random bits).
[[nodiscard]] Result<std::string> new_id(Timestamp now);

}  // namespace splitplot::catalogue
