#include "audit_chain.hpp"
#include "missing.hpp"
#include "stored_body.hpp"
#include "stored_catalogue.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

// What the catalogue answers about now and before. Revisions that were made stay as they are, so that reading needs no
// lock: what a state names is in the store.

namespace splitplot::catalogue {
namespace {

/// Versions of all documents of a scope at a revision.
Result<DocumentVersions> versions_at(store::DocumentStore& store, const ScopeState& scope,
                                     Revision revision) {
  DocumentVersions all;
  for (const std::string& owner : {scope.project_id, scope.environment_id}) {
    auto rows = store.documents(owner, revision);
    if (!rows) return tl::unexpected(rows.error());
    auto versions = read_versions(store, *rows);
    if (!versions) return tl::unexpected(versions.error());
    all.merge(*versions);
  }
  return all;
}

/// May have a million elements, which nobody reads in a history.
bool is_long(model::DocumentKind kind) {
  return kind == model::DocumentKind::List || kind == model::DocumentKind::Items;
}

Result<std::optional<model::Document>> document_of(store::DocumentStore& store,
                                                   const store::DocumentVersionRow& row,
                                                   const model::DocumentId& id) {
  if (row.body && is_long(id.kind)) return model::Document{id, Value::Object{}};
  auto body = body_of(store, row);
  if (!body) return tl::unexpected(body.error());
  if (!*body) return std::nullopt;
  return model::Document{id, **std::move(body)};
}

/// What a version did to its document. Errors: BadData.
Result<DocumentChange> read_change_of(store::DocumentStore& store, const store::DocumentVersionRow& row) {
  const auto kind = model::document_kind(row.name.kind);
  if (!kind)
    return fail(ErrorCode::BadData,
                fmt::format("there is a stored document of the unknown kind '{}'", row.name.kind));
  DocumentChange change;
  change.id = {*kind, row.name.key};
  auto after = document_of(store, row, change.id);
  if (!after) return tl::unexpected(after.error());
  change.after = std::move(*after);
  if (row.version > 1) {
    auto former = store.version(row.name, row.version - 1);
    if (!former) return tl::unexpected(former.error());
    if (*former) {
      auto before = document_of(store, **former, change.id);
      if (!before) return tl::unexpected(before.error());
      change.before = std::move(*before);
    }
  }
  change.kind = !change.before  ? ChangeKind::Created
                : !change.after ? ChangeKind::Deleted
                                : ChangeKind::Updated;
  return change;
}

}  // namespace

Result<ChangePlan> StoredCatalogue::plan_rollback(const Scope& scope, Revision revision) {
  const auto current = state();
  const auto found = current->scope(scope);
  if (!found) return tl::unexpected(found.error());
  if (revision < 1 || revision > current->head.revision) return no_revision(revision, current->head.revision);
  auto versions = versions_at(*store(), **found, revision);
  if (!versions) return tl::unexpected(versions.error());
  WantedDocuments wanted;
  for (const auto& [id, version] : *versions) {
    if (version.body) wanted.emplace(id, &*version.body);
  }
  return plan_change(*current, scope, wanted, Absent::Delete);
}

Result<std::vector<model::Document>> StoredCatalogue::documents(const Scope& scope,
                                                                std::optional<Revision> at) {
  const auto current = state();
  const auto found = current->scope(scope);
  if (!found) return tl::unexpected(found.error());
  if (!at) return (*found)->documents();
  if (*at < 1 || *at > current->head.revision) return no_revision(*at, current->head.revision);
  auto versions = versions_at(*store(), **found, *at);
  if (!versions) return tl::unexpected(versions.error());
  return documents_of(*versions);
}

Result<model::Document> StoredCatalogue::document(const Scope& scope, const model::DocumentId& id,
                                                  std::optional<Revision> at) {
  if (!at) {  // without a copy of all the others
    const auto current = state();
    const auto found = current->scope(scope);
    if (!found) return tl::unexpected(found.error());
    if (const Value* body = (*found)->body(id)) return model::Document{id, *body};
  }
  auto present = documents(scope, at);
  if (!present) return tl::unexpected(present.error());
  const auto found = std::ranges::find(*present, id, &model::Document::id);
  if (found == present->end()) return no_document(id, *present);
  return std::move(*found);
}

Result<std::vector<Change>> StoredCatalogue::history(const Scope& scope,
                                                     const std::optional<model::DocumentId>& id,
                                                     std::size_t limit, std::optional<Revision> before) {
  const auto current = state();
  const auto found = current->scope(scope);
  if (!found) return tl::unexpected(found.error());
  store::ChangeFilter filter{{(*found)->project_id, (*found)->environment_id}, {}, {}, before, limit};
  if (id) {
    filter.kind = std::string(name_of(id->kind));
    filter.key = id->key;
  }
  const auto store = this->store();
  auto rows = store->changes(filter);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<Change> changes;
  for (const store::ChangeRow& row : *rows) {
    auto change = read_change(*store, row, *current, **found, id);
    if (!change) return tl::unexpected(change.error());
    changes.push_back(std::move(*change));
  }
  return changes;
}

Result<Change> StoredCatalogue::read_change(store::DocumentStore& store, const store::ChangeRow& row,
                                            const State& current, const ScopeState& scope,
                                            const std::optional<model::DocumentId>& id) {
  Change change{row.revision, {}, row.author, row.message, row.time, {}};
  for (const auto& [name, other] : current.scopes) {
    if (other->environment_id == row.environment_id) change.scope = name;
  }
  auto versions = store.versions_of(row.revision);
  if (!versions) return tl::unexpected(versions.error());
  for (const store::DocumentVersionRow& version : *versions) {
    // A change made in another environment of the project shows here only what is shared.
    if (version.name.owner_id != scope.project_id && version.name.owner_id != scope.environment_id) continue;
    auto document = read_change_of(store, version);
    if (!document) return tl::unexpected(document.error());
    if (!id || document->id == *id) change.documents.push_back(std::move(*document));
  }
  std::ranges::sort(change.documents, {}, &DocumentChange::id);
  return change;
}

Result<FrozenPlan> StoredCatalogue::frozen_plan(const Scope& scope, std::string_view experiment) {
  const auto current = state();
  const auto found = current->scope(scope);
  if (!found) return tl::unexpected(found.error());
  auto row = store()->latest_frozen_plan((*found)->environment_id, experiment);
  if (!row) return tl::unexpected(row.error());
  const model::DocumentId id{model::DocumentKind::Experiment, std::string(experiment)};
  if (!*row) {
    if ((*found)->body(id) == nullptr) return no_document(id, (*found)->documents());
    return fail(ErrorCode::NotFound, fmt::format("{} was never started", to_text(id)),
                "set its status to 'running'");
  }
  auto plan = read_body({(*found)->environment_id, "plan of experiment", id.key}, (*row)->plan);
  if (!plan) return tl::unexpected(plan.error());
  return FrozenPlan{id.key, (*row)->revision, (*row)->started, (*row)->fingerprint, std::move(*plan)};
}

std::shared_ptr<const decide::Snapshot> StoredCatalogue::snapshot(const Scope& scope) const {
  const auto current = state();
  const auto found = current->scopes.find(scope);
  return found == current->scopes.end() ? nullptr : found->second->snapshot;
}

std::vector<Scope> StoredCatalogue::scopes() const {
  std::vector<Scope> all;
  for (const auto& [scope, scope_state] : state()->scopes) all.push_back(scope);
  return all;
}

std::unique_ptr<Watch> StoredCatalogue::watch(Watcher watcher) {
  return watchers_->add(std::move(watcher));
}

std::optional<Principal> StoredCatalogue::authenticate(std::string_view secret) const {
  return state()->credentials.find(secret, secrets_);
}

std::optional<Principal> StoredCatalogue::holder_of(std::string_view credential) const {
  return state()->credentials.find_by_id(credential);
}

std::string StoredCatalogue::signature(std::string_view purpose, std::string_view text) const {
  return signature_of(purpose, text, secrets_);
}

Result<std::optional<Revision>> StoredCatalogue::verify_chain() {
  const std::lock_guard guard(writing_);
  return find_break(*store(), secrets_);
}

}  // namespace splitplot::catalogue
