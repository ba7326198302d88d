/// What the catalogue holds in memory: for each scope the documents of now and the snapshot compiled from them, and the
/// credentials. A State is immutable once others can see it; a change makes the next one.
#pragma once

#include "credentials.hpp"
#include "key_file.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/model/document.hpp>
#include <splitplot/store/document_store.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::catalogue {

/// A document's latest version.
struct LatestVersion {
  std::uint64_t version = 0;
  std::uint64_t revision = 0;
  std::optional<Value> body;  ///< nothing: deleted
};

using DocumentVersions = std::map<model::DocumentId, LatestVersion>;

/// Those that are there, by kind and key.
[[nodiscard]] std::vector<model::Document> documents_of(const DocumentVersions& versions);

/// The project owns what describes its users and its numbers; the environment what acts on them.
enum class Owner { Project, Environment };
[[nodiscard]] Owner owner_of(model::DocumentKind kind);

struct ScopeState {
  std::string project_id;
  std::string environment_id;
  DocumentVersions versions;  ///< deleted documents included
  std::shared_ptr<const decide::Snapshot> snapshot;

  [[nodiscard]] const std::string& owner_id(model::DocumentKind kind) const {
    return owner_of(kind) == Owner::Project ? project_id : environment_id;
  }
  [[nodiscard]] std::vector<model::Document> documents() const { return documents_of(versions); }
  /// Null if it is not there.
  [[nodiscard]] const Value* body(const model::DocumentId& id) const;
};

struct State {
  store::Head head;
  store::Tenancy tenancy;
  std::vector<store::CredentialRow> credential_rows;  ///< by id
  std::map<Scope, std::shared_ptr<const ScopeState>> scopes;
  CredentialTable credentials;

  /// Errors: NotFound.
  [[nodiscard]] Result<const ScopeState*> scope(const Scope& scope) const;
  /// Those who may open something now, from rows and connections.
  void index_credentials();
};

/// Compiles the snapshot of a scope from its documents. Errors: BadData (they do not make sense together).
[[nodiscard]] Result<std::shared_ptr<const ScopeState>> compile_scope(const Scope& scope, ScopeState state,
                                                                      const Secrets& secrets,
                                                                      const decide::ProjectClocks& clocks);

/// Versions of rows. Errors: those of the store, BadData.
[[nodiscard]] Result<DocumentVersions> read_versions(store::DocumentStore& store,
                                                     const std::vector<store::DocumentVersionRow>& rows);

/// Reads everything that is stored. Errors: those of the store, BadData (it does not fit its seal).
[[nodiscard]] Result<State> load_state(store::DocumentStore& store, store::Head head, const Secrets& secrets,
                                       const decide::ProjectClocks& clocks);

}  // namespace splitplot::catalogue
