/// Internal ids: UUID version 7 (RFC 9562, 5.7), which sort by the time they were made. Pure functions.
#pragma once

#include <splitplot/base/time.hpp>

#include <cstdint>
#include <string>

namespace splitplot {

/// "019aabcd-1234-7abc-8def-0123456789ab": the time to the millisecond, then 12 bits of `random_high` and 62 of
/// `random_low`. Times before 1970 count as 1970.
[[nodiscard]] std::string uuid_v7(Timestamp time, std::uint64_t random_high, std::uint64_t random_low);

}  // namespace splitplot
