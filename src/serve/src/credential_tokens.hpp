/// Tokens that stand for a key without being it: its id, a time at which they end, and a signature of both, which only
/// this installation can make. Nothing is kept: so they live through a restart, and end with their key. Any thread.
#pragma once

#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace splitplot::serve {

/// What a token stands for.
struct TokenHolder {
  catalogue::Principal principal;
  Timestamp expires;
};

class CredentialTokens {
 public:
  /// Tokens for one purpose are worth nothing for another. Catalogue and clock must outlive it.
  CredentialTokens(const catalogue::Catalogue& catalogue, const Clock& clock, std::string_view purpose)
      : catalogue_(catalogue), clock_(clock), purpose_(purpose) {}

  /// Letters, digits, '-', '_' and '.'. The same for the same holder; `expires` is a whole second.
  [[nodiscard]] std::string token(const TokenHolder& holder) const;

  /// Nothing if it is not ours, over, or its key revoked.
  [[nodiscard]] std::optional<TokenHolder> find(std::string_view token) const;

 private:
  [[nodiscard]] std::string sign(std::string_view claims) const;

  const catalogue::Catalogue& catalogue_;
  const Clock& clock_;
  const std::string purpose_;
};

}  // namespace splitplot::serve
