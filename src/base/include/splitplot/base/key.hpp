/// Keys: how users name flags, experiments, metrics and the rest. They never change, stand in URLs and in hashes, and
/// are case-sensitive.
#pragma once

#include <string_view>

namespace splitplot {

/// Whether the text is a key: ^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$.
[[nodiscard]] bool is_key(std::string_view text);

/// The rule in words, for hints.
inline constexpr std::string_view kKeyRule =
    "a key has 1 to 100 letters, digits, '_', '.', ':' or '-', and starts with a letter or digit";

}  // namespace splitplot
