/// What kind of page a visitor comes from. The tables are in docs/formats/context.md. Pure functions.
#pragma once

#include <string_view>

namespace splitplot::context {

enum class ReferrerClass { Direct, Internal, Search, Social, Other };

/// "direct", "internal", "search", "social", "other".
[[nodiscard]] std::string_view name_of(ReferrerClass kind);

/// `referrer_host` is empty for a visit without one; `own_host` is the page's. Both in lower case. Internal: the same
/// host, or one of them below the other, "www." set aside.
[[nodiscard]] ReferrerClass referrer_class(std::string_view referrer_host, std::string_view own_host);

}  // namespace splitplot::context
