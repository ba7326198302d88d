/// Whether a request comes from a page of ours: what stands between a session's cookie and the pages of others. Pure
/// functions.
#pragma once

#include "http/message.hpp"

#include <string_view>

namespace splitplot::serve {

enum class Sender {
  OwnPage,    ///< a page that this server gave out
  OtherSite,  ///< a page of somebody else, or none: a link, a sandbox
  Unknown,    ///< nothing is said: no browser, or a very old one
};

/// Sec-Fetch-Site says it where browsers send it: over TLS and to this machine. Elsewhere Origin does, held against
/// Host and against the public URL (which may be empty).
[[nodiscard]] Sender sender_of(const Request& request, std::string_view public_url);

}  // namespace splitplot::serve
