/// Credentials in requests. Secrets are passed on and never kept or logged.
#pragma once

#include "http/message.hpp"
#include "route.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::serve {

/// The secret that the header fields carry: Authorization Bearer, X-API-Key, or Authorization Basic, where the user
/// name is the secret and the password empty or not there at all. Nothing if none does.
[[nodiscard]] std::optional<std::string> secret_of_headers(const Request& request);

/// The secret of a request, wherever its route allows one to stand outside the body. Header fields go before the query.
/// A session's cookie holds no secret of a connection (session/sessions.hpp).
[[nodiscard]] std::optional<std::string> secret_of(const Request& request, Credentials where,
                                                   const std::vector<std::string>& parameters);

}  // namespace splitplot::serve
