#include "credentials.hpp"

#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/random.hpp>
#include <splitplot/digest/text.hpp>

namespace splitplot::catalogue {
namespace {

constexpr std::size_t kSecretBytes = 32;

/// Longer texts are no keys of ours, and not worth hashing.
constexpr std::size_t kLongestSecret = 100;

std::string_view prefix_of(model::ConnectionKind kind) {
  switch (kind) {
    case model::ConnectionKind::Client:
      return "sp_client_";
    case model::ConnectionKind::Server:
      return "sp_server_";
    case model::ConnectionKind::Admin:
      return "sp_admin_";
  }
  return "sp_";
}

}  // namespace

Result<std::string> make_secret(model::ConnectionKind kind) {
  auto bytes = digest::random_bytes(kSecretBytes);
  if (!bytes) return tl::unexpected(bytes.error());
  return std::string(prefix_of(kind)) + digest::base64url(*bytes);
}

std::string keyed_hash_of(std::string_view secret, const Secrets& secrets) {
  const digest::Hash hash = digest::hmac_sha256(secrets.pepper, secret);
  return digest::hex(digest::bytes_of(hash));
}

CredentialTable::CredentialTable(const std::vector<store::CredentialRow>& rows,
                                 const Principals& principals) {
  for (const store::CredentialRow& row : rows) {
    if (row.revoked) continue;
    const auto principal = principals.find({row.environment_id, row.connection});
    if (principal != principals.end()) by_hash_.emplace(row.keyed_hash, principal->second);
  }
}

std::optional<Principal> CredentialTable::find(std::string_view secret, const Secrets& secrets) const {
  if (secret.size() > kLongestSecret) return std::nullopt;
  const std::string hash = keyed_hash_of(secret, secrets);
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end() || !digest::equal_in_constant_time(found->first, hash)) return std::nullopt;
  return found->second;
}

}  // namespace splitplot::catalogue
