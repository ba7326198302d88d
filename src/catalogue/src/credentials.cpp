#include "credentials.hpp"

#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/random.hpp>
#include <splitplot/digest/text.hpp>

#include <utility>

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

std::string signature_of(std::string_view purpose, std::string_view text, const Secrets& secrets) {
  // A key per purpose; no key of a connection is hashed to one, since those begin with "sp_".
  const digest::Hash key = digest::hmac_sha256(secrets.pepper, "signature/" + std::string(purpose));
  const digest::Hash signature = digest::hmac_sha256(digest::bytes_of(key), text);
  return std::string(digest::bytes_of(signature));
}

CredentialTable::CredentialTable(const std::vector<store::CredentialRow>& rows,
                                 const Principals& principals) {
  for (const store::CredentialRow& row : rows) {
    if (row.revoked) continue;
    const auto principal = principals.find({row.environment_id, row.connection});
    if (principal == principals.end()) continue;
    Principal holder = principal->second;
    holder.credential = row.id;
    by_hash_.emplace(row.keyed_hash, std::move(holder));
    hash_by_id_.emplace(row.id, row.keyed_hash);
  }
}

std::optional<Principal> CredentialTable::find(std::string_view secret, const Secrets& secrets) const {
  if (secret.size() > kLongestSecret) return std::nullopt;
  const std::string hash = keyed_hash_of(secret, secrets);
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end() || !digest::equal_in_constant_time(found->first, hash)) return std::nullopt;
  return found->second;
}

std::optional<Principal> CredentialTable::find_by_id(std::string_view id) const {
  const auto found = hash_by_id_.find(id);
  if (found == hash_by_id_.end()) return std::nullopt;
  return by_hash_.at(found->second);
}

}  // namespace splitplot::catalogue
