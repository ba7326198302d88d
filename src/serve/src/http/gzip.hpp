/// Compressed bodies. Those of requests are taken apart within limits: a few bytes must not become gigabytes.
#pragma once

#include <splitplot/base/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace splitplot::serve {

struct GzipLimits {
  std::size_t bytes = 1 << 20;  ///< decompressed
  std::size_t ratio = 200;  ///< decompressed per compressed byte, where the text is longer than free_bytes
  std::size_t free_bytes = 64UL * 1024;
};

/// Whether the bytes begin as gzip does, whatever a header says of them. JSON never does.
[[nodiscard]] bool looks_like_gzip(std::string_view bytes);

/// Errors: BadData (damaged, cut off, something behind the end), ResourceLimit (larger than the limits).
[[nodiscard]] Result<std::string> gunzip(std::string_view bytes, const GzipLimits& limits);

/// Errors: ResourceLimit (no memory).
[[nodiscard]] Result<std::string> gzip(std::string_view text);

}  // namespace splitplot::serve
