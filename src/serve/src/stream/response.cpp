#include "stream/response.hpp"

#include <chrono>
#include <random>

namespace splitplot::serve {
namespace {

constexpr int kLeastSecondsAway = 10;
constexpr int kMostSecondsAway = 60;

/// Who is sent away does not come back together with all the others.
std::chrono::seconds time_away() {
  thread_local std::minstd_rand random(std::random_device{}());
  return std::chrono::seconds(std::uniform_int_distribution(kLeastSecondsAway, kMostSecondsAway)(random));
}

Response no_stream(ErrorForm form, NoStream why) {
  Refusal refusal;
  refusal.status = why == NoStream::TooManyOfThese ? 429 : 503;
  refusal.code = why == NoStream::Off ? "no_streams" : "too_many_streams";
  refusal.retry_after = time_away();
  switch (why) {
    case NoStream::Off:
      refusal.detail = "the server offers no streams";
      break;
    case NoStream::TooMany:
      refusal.detail = "the server has as many streams open as it may";
      break;
    case NoStream::TooManyOfThese:
      refusal.detail = "this connection has as many streams open as it may";
      break;
  }
  refusal.hint = "ask now and then instead";
  return error_response(form, refusal);
}

}  // namespace

Response stream_response(const Call& call, ErrorForm form, const StreamTopic& topic) {
  auto stream = call.context.streams->subscribe(topic, *call.principal, call.request.header("last-event-id"));
  if (!stream) return no_stream(form, stream.error());
  Response response;
  response.content_type = "text/event-stream";
  response.headers.add("Cache-Control", "no-cache");
  response.headers.add("X-Accel-Buffering", "no");  // nginx would keep the events to itself
  response.stream = std::move(*stream);
  return response;
}

}  // namespace splitplot::serve
