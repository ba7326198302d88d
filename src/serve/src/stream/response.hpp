/// The response that begins an event stream, in the words of any protocol.
#pragma once

#include "answers.hpp"
#include "call.hpp"
#include "stream/broadcaster.hpp"

namespace splitplot::serve {

/// 200 with a stream of the topic, from where the request's Last-Event-ID ends; or, where there are too many streams,
/// 429 or 503. For routes with a principal.
[[nodiscard]] Response stream_response(const Call& call, ErrorForm form, const StreamTopic& topic);

}  // namespace splitplot::serve
