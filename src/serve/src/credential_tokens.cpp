#include "credential_tokens.hpp"

#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <utility>

namespace splitplot::serve {
namespace {

using std::chrono::seconds;

/// Changes when the form of the claims does; older tokens then end.
constexpr std::string_view kForm = "1";
constexpr std::size_t kLongestToken = 200;

/// "form.credential.seconds": what is signed. Ids of keys are UUIDs and hold no point.
std::string claims_of(const TokenHolder& holder) {
  const auto ends = std::chrono::floor<seconds>(holder.expires).time_since_epoch().count();
  return std::string(kForm) + "." + holder.principal.credential + "." + std::to_string(ends);
}

std::optional<Timestamp> time_of(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return Timestamp(seconds(count));
}

}  // namespace

std::string CredentialTokens::sign(std::string_view claims) const {
  return digest::base64url(catalogue_.signature(purpose_, claims));
}

std::string CredentialTokens::token(const TokenHolder& holder) const {
  const std::string claims = claims_of(holder);
  return claims + "." + sign(claims);
}

std::optional<TokenHolder> CredentialTokens::find(std::string_view token) const {
  if (token.size() > kLongestToken) return {};
  const std::size_t end = token.rfind('.');
  if (end == std::string_view::npos) return {};
  const std::string_view claims = token.substr(0, end);
  // Nothing is read from what we did not write.
  if (!digest::equal_in_constant_time(sign(claims), token.substr(end + 1))) return {};
  const std::size_t first = claims.find('.');
  const std::size_t second = claims.rfind('.');
  if (first == second || claims.substr(0, first) != kForm) return {};
  const std::optional<Timestamp> expires = time_of(claims.substr(second + 1));
  if (!expires || clock_.now() >= *expires) return {};
  std::optional<catalogue::Principal> holder =
      catalogue_.holder_of(claims.substr(first + 1, second - first - 1));
  if (!holder) return {};
  return TokenHolder{std::move(*holder), *expires};
}

}  // namespace splitplot::serve
