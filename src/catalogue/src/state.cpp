#include "state.hpp"

#include "audit_chain.hpp"
#include "stored_body.hpp"

#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace splitplot::catalogue {
namespace {

constexpr std::size_t kSeedDigits = 16;

std::string name_of(const Scope& scope) {
  return fmt::format("{}/{}", scope.project, scope.environment);
}

/// The same for ever for a key file and a name, so that an experiment that is made again finds its units where they were.
decide::SeedSource seeds_of(const Scope& scope, const Secrets& secrets) {
  return [prefix = name_of(scope), secret = secrets.seeds](std::string_view kind, std::string_view key) {
    const digest::Hash hash = digest::hmac_sha256(secret, fmt::format("{}/{}/{}", prefix, kind, key));
    return digest::hex(digest::bytes_of(hash)).substr(0, kSeedDigits);
  };
}

/// The last change that touched a document of the scope: what its snapshot is the version of.
Revision revision_of(const DocumentVersions& versions) {
  Revision last = 0;
  for (const auto& [id, version] : versions) last = std::max(last, version.revision);
  return last;
}

}  // namespace

Owner owner_of(model::DocumentKind kind) {
  switch (kind) {
    case model::DocumentKind::Layer:
    case model::DocumentKind::List:
    case model::DocumentKind::Metric:
    case model::DocumentKind::Segment:
      return Owner::Project;
    case model::DocumentKind::Connection:
    case model::DocumentKind::Experiment:
    case model::DocumentKind::Flag:
    case model::DocumentKind::Items:
      break;
  }
  return Owner::Environment;
}

std::vector<model::Document> documents_of(const DocumentVersions& versions) {
  std::vector<model::Document> present;
  for (const auto& [id, version] : versions) {
    if (version.body) present.push_back({id, *version.body});
  }
  return present;
}

const Value* ScopeState::body(const model::DocumentId& id) const {
  const auto found = versions.find(id);
  return found == versions.end() || !found->second.body ? nullptr : &*found->second.body;
}

Result<const ScopeState*> State::scope(const Scope& scope) const {
  const auto found = scopes.find(scope);
  if (found != scopes.end()) return found->second.get();
  return fail(ErrorCode::NotFound, fmt::format("there is no environment '{}'", name_of(scope)));
}

void State::index_credentials() {
  CredentialTable::Principals principals;
  for (const auto& [scope, state] : scopes) {
    for (const auto& [key, connection] : state->snapshot->configuration().connections) {
      principals[{state->environment_id, key}] =
          Principal{key, connection.kind, scope, connection.record_exposures, {}};
    }
  }
  credentials = CredentialTable(credential_rows, principals);
}

Result<std::shared_ptr<const ScopeState>> compile_scope(const Scope& scope, ScopeState state,
                                                        const Secrets& secrets,
                                                        const decide::ProjectClocks& clocks) {
  model::Checked checked = model::check(state.documents());
  if (!checked.problems.empty()) {
    return fail(ErrorCode::BadData, fmt::format("the documents of '{}' cannot be used: {}", name_of(scope),
                                                to_text(checked.problems.front())));
  }
  for (auto& [key, segment] : checked.configuration.segments) {
    const model::DocumentId id{model::DocumentKind::Segment, key};
    segment.version = static_cast<std::uint32_t>(state.versions.at(id).version);
  }
  state.snapshot = decide::Snapshot::compile(std::move(checked.configuration), revision_of(state.versions),
                                             seeds_of(scope, secrets), clocks);
  return std::make_shared<const ScopeState>(std::move(state));
}

Result<DocumentVersions> read_versions(store::DocumentStore& store,
                                       const std::vector<store::DocumentVersionRow>& rows) {
  DocumentVersions versions;
  for (const store::DocumentVersionRow& row : rows) {
    const auto kind = model::document_kind(row.name.kind);
    if (!kind) {
      return fail(ErrorCode::BadData,
                  fmt::format("there is a stored document of the unknown kind '{}'", row.name.kind),
                  "restore a backup");
    }
    auto body = body_of(store, row);
    if (!body) return tl::unexpected(body.error());
    versions.emplace(model::DocumentId{*kind, row.name.key},
                     LatestVersion{row.version, row.revision, *std::move(body)});
  }
  return versions;
}

Result<State> load_state(store::DocumentStore& store, store::Head head, const Secrets& secrets,
                         const decide::ProjectClocks& clocks) {
  State state;
  state.head = std::move(head);
  auto tenancy = store.tenancy();
  if (!tenancy) return tl::unexpected(tenancy.error());
  state.tenancy = std::move(*tenancy);
  auto credentials = store.credentials();
  if (!credentials) return tl::unexpected(credentials.error());
  state.credential_rows = std::move(*credentials);
  if (!digest::equal_in_constant_time(state.head.seal,
                                      seal_of(state.head, state.tenancy, state.credential_rows, secrets))) {
    return fail(ErrorCode::BadData,
                "the catalogue does not fit its seal: it was changed by other means than Splitplot, or the "
                "key file is "
                "that of another catalogue",
                "put back the key file that belongs to it, or restore a backup");
  }

  for (const store::EnvironmentRow& environment : state.tenancy.environments) {
    const auto project =
        std::ranges::find(state.tenancy.projects, environment.project_id, &store::ProjectRow::id);
    if (project == state.tenancy.projects.end()) {
      return fail(ErrorCode::BadData, fmt::format("environment '{}' belongs to no project", environment.key));
    }
    ScopeState scope_state{project->id, environment.id, {}, nullptr};
    for (const std::string& owner : {project->id, environment.id}) {
      auto rows = store.documents(owner, std::nullopt);
      if (!rows) return tl::unexpected(rows.error());
      auto versions = read_versions(store, *rows);
      if (!versions) return tl::unexpected(versions.error());
      scope_state.versions.merge(*versions);
    }
    const Scope scope{project->key, environment.key};
    auto compiled = compile_scope(scope, std::move(scope_state), secrets, clocks);
    if (!compiled) return tl::unexpected(compiled.error());
    state.scopes.emplace(scope, std::move(*compiled));
  }
  state.index_credentials();
  return state;
}

}  // namespace splitplot::catalogue
