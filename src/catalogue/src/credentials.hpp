/// Keys of connections: made at random, shown once, stored as a keyed hash. The table answers whose key a text is,
/// without I/O; immutable once made.
#pragma once

#include "key_file.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/store/document_store.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace splitplot::catalogue {

/// A key: "sp_admin_" and 256 random bits.
[[nodiscard]] Result<std::string> make_secret(model::ConnectionKind kind);

/// What is stored of a key; hex.
[[nodiscard]] std::string keyed_hash_of(std::string_view secret, const Secrets& secrets);

/// As Catalogue::signature.
[[nodiscard]] std::string signature_of(std::string_view purpose, std::string_view text,
                                       const Secrets& secrets);

class CredentialTable {
 public:
  /// By environment id and connection key.
  using Principals = std::map<std::pair<std::string, std::string>, Principal>;

  CredentialTable() = default;
  /// Of the rows that are not revoked, those whose connection is there.
  CredentialTable(const std::vector<store::CredentialRow>& rows, const Principals& principals);

  /// Whose key it is. The time it takes depends on the text's hash, which nobody without the pepper can steer.
  [[nodiscard]] std::optional<Principal> find(std::string_view secret, const Secrets& secrets) const;

  /// What a key stands for, by the id of its row.
  [[nodiscard]] std::optional<Principal> find_by_id(std::string_view id) const;

 private:
  std::unordered_map<std::string, Principal> by_hash_;
  std::map<std::string, std::string, std::less<>> hash_by_id_;
};

}  // namespace splitplot::catalogue
