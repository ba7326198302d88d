#include "session/sessions.hpp"

#include "http/cookies.hpp"

namespace splitplot::serve {

Timestamp Sessions::end_of_new() const {
  return std::chrono::floor<std::chrono::seconds>(clock_.now()) + kSessionTime;
}

std::optional<Session> Sessions::of(const Request& request) const {
  const std::optional<std::string_view> token = cookie_value(request, kSessionCookie);
  return token ? find(*token) : std::nullopt;
}

}  // namespace splitplot::serve
