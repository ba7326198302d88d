/// CRC-32C (Castagnoli; RFC 3720, appendix B.4): by the processor's instruction where there is one, else by tables.
/// Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace splitplot::store {

/// The checksum of what `crc` is the checksum of, followed by `bytes`. Begin with 0.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);

/// The same without the processor's instruction.
[[nodiscard]] std::uint32_t crc32c_by_tables(std::uint32_t crc, std::string_view bytes);

}  // namespace splitplot::store
