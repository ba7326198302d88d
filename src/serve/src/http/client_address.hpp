/// Who a request came from, before the proxies between. Pure.
#pragma once

#include "http/message.hpp"

#include <splitplot/serve/trusted_proxies.hpp>

#include <string_view>

namespace splitplot::serve {

/// The address of who asked: that of the socket, or, while that is a trusted proxy's, the one that it wrote into
/// X-Forwarded-For, from the last to the first. Empty where a trusted proxy wrote what is no address. A view of the request.
[[nodiscard]] std::string_view client_address(const Request& request, const TrustedProxies& trusted);

}  // namespace splitplot::serve
