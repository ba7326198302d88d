/// Variants that are tried out by the address of a page. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace splitplot::decide {

/// The variant that the query asks for: `?<experiment>=<index>`, as the SDKs read it. Nothing: it asks for none, or for
/// one that is not there.
[[nodiscard]] std::optional<std::size_t> variant_in_url(std::string_view url, std::string_view experiment,
                                                        std::size_t variants);

}  // namespace splitplot::decide
