/// Sessions of the dashboard: an admin key exchanged for a cookie, which is a token for the key. Any thread.
#pragma once

#include "credential_tokens.hpp"
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

using Session = TokenHolder;

class Sessions {
 public:
  /// Both must outlive it.
  Sessions(const catalogue::Catalogue& catalogue, const Clock& clock)
      : tokens_(catalogue, clock, "sessions"), clock_(clock) {}

  /// When a session that begins now ends: a whole second.
  [[nodiscard]] Timestamp end_of_new() const;

  /// What the cookie of a session holds.
  [[nodiscard]] std::string token(const Session& session) const { return tokens_.token(session); }

  /// The session that a token stands for; nothing if it is not ours, over, or its key revoked.
  [[nodiscard]] std::optional<Session> find(std::string_view token) const { return tokens_.find(token); }

  /// The session whose cookie a request carries.
  [[nodiscard]] std::optional<Session> of(const Request& request) const;

 private:
  const CredentialTokens tokens_;
  const Clock& clock_;
};

}  // namespace splitplot::serve
