/// OFREP's event streams: how a bulk answer names them, and what they say. A browser's EventSource cannot send a header,
/// so a token for the key stands in the URL. It opens streams and nothing else.
///
/// Providers open the stream anew whenever its URL is another one than before, and keep the URL that they know through
/// answers 304 and, with the flags, for weeks. Therefore the token is the same for half a day, and the ETag of bulk
/// answers changes with it: a provider whose token is over is never told to keep what it has.
#pragma once

#include "call.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>

#include <cstdint>
#include <string>

namespace splitplot::serve::ofrep {

/// What a bulk answer offers.
struct StreamOffer {
  std::int64_t period = 0;  ///< number of the half day; 0: none is offered
  std::string json;         ///< ",\"eventStreams\":[...]", or empty
};

[[nodiscard]] StreamOffer stream_offer(const Call& call);

/// GET /ofrep/v1/stream
[[nodiscard]] Response stream(const Call& call);

}  // namespace splitplot::serve::ofrep
