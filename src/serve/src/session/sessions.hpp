/// Sessions of the dashboard: an admin key exchanged for a cookie. Nothing is kept here: the cookie carries the id of
/// the key, the time it ends and a signature of both, which only this installation can make. So sessions live through a
/// restart, and end with their key. Any thread.
#pragma once

#include "http/message.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace splitplot::serve {

inline constexpr std::string_view kSessionCookie = "splitplot_session";
inline constexpr std::chrono::hours kSessionTime{12};

struct Session {
  catalogue::Principal principal;
  Timestamp expires;
};

class Sessions {
 public:
  /// Both must outlive it.
  Sessions(const catalogue::Catalogue& catalogue, const Clock& clock)
      : catalogue_(catalogue), clock_(clock) {}

  /// When a session that begins now ends: a whole second.
  [[nodiscard]] Timestamp end_of_new() const;

  /// What the cookie of a session holds.
  [[nodiscard]] std::string token(const Session& session) const;

  /// The session that a token stands for; nothing if it is not ours, over, or its key revoked.
  [[nodiscard]] std::optional<Session> find(std::string_view token) const;

  /// The session whose cookie a request carries.
  [[nodiscard]] std::optional<Session> of(const Request& request) const;

 private:
  [[nodiscard]] std::string sign(std::string_view claims) const;

  const catalogue::Catalogue& catalogue_;
  const Clock& clock_;
};

}  // namespace splitplot::serve
