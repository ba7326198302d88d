/// What a client says about the answer that it would like. Pure functions.
#pragma once

#include <string_view>

namespace splitplot::serve {

/// Whether an If-None-Match names the ETag: weakly, since proxies that compress add W/; or is "*".
[[nodiscard]] bool names_etag(std::string_view if_none_match, std::string_view etag);

/// Whether an Accept-Encoding takes gzip.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

}  // namespace splitplot::serve
