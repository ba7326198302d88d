#include "stored_catalogue.hpp"

#include "audit_chain.hpp"
#include "away_store.hpp"
#include "change_rows.hpp"
#include "ids.hpp"
#include "missing.hpp"
#include "upkeep.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace splitplot::catalogue {
namespace {

const model::Connection* find_connection(const ScopeState& scope, std::string_view key) {
  const auto& connections = scope.snapshot->configuration().connections;
  const auto found = connections.find(key);
  return found == connections.end() ? nullptr : &found->second;
}

/// A connection and the scope that holds it; both belong to the state.
struct FoundConnection {
  const ScopeState* scope = nullptr;
  const model::Connection* connection = nullptr;
};

Result<FoundConnection> find_connection_of(const State& state, const Scope& scope, std::string_view key) {
  const auto found = state.scope(scope);
  if (!found) return tl::unexpected(found.error());
  const model::Connection* connection = find_connection(**found, key);
  if (connection == nullptr) {
    return no_document({model::DocumentKind::Connection, std::string(key)}, (*found)->documents());
  }
  return FoundConnection{*found, connection};
}

/// Keys of a connection that still work, the newest last.
std::vector<const store::CredentialRow*> working_keys(const State& state, const ScopeState& scope,
                                                      std::string_view connection) {
  std::vector<const store::CredentialRow*> keys;
  for (const store::CredentialRow& row : state.credential_rows) {
    if (row.environment_id == scope.environment_id && row.connection == connection && !row.revoked) {
      keys.push_back(&row);
    }
  }
  std::ranges::sort(keys, {},
                    [](const store::CredentialRow* row) { return std::pair(row->created, row->id); });
  return keys;
}

/// Of what stops a write, only a change made meanwhile is the caller's business; the rest is the store's.
Error write_error(const Error& error) {
  if (error.code == ErrorCode::Conflict || error.code == ErrorCode::Unavailable) return error;
  return {ErrorCode::Unavailable, "the catalogue cannot be written: " + error.message, error.hint};
}

std::vector<Scope> changed_snapshots(const State& before, const State& after) {
  std::vector<Scope> changed;
  for (const auto& [scope, state] : after.scopes) {
    const auto known = before.scopes.find(scope);
    if (known == before.scopes.end() || known->second->snapshot != state->snapshot) changed.push_back(scope);
  }
  return changed;
}

}  // namespace

StoredCatalogue::StoredCatalogue(std::shared_ptr<store::DocumentStore> store, State state, Secrets secrets,
                                 const Clock& clock, const CatalogueOptions& options)
    : secrets_(std::move(secrets)),
      clock_(clock),
      options_(options),
      last_good_(options.last_good_path.empty()
                     ? std::nullopt
                     : std::optional(LastGoodFile(store::posix_file_system(), options.last_good_path))),
      store_(std::move(store)),
      state_(std::make_shared<const State>(std::move(state))),
      confirmed_(clock.now()) {}

StoredCatalogue::~StoredCatalogue() = default;

std::shared_ptr<const State> StoredCatalogue::state() const {
  const std::lock_guard guard(showing_);
  return state_;
}

Result<ChangePlan> StoredCatalogue::plan(const Scope& scope, const std::vector<model::DocumentText>& texts,
                                         Absent absent) {
  HandedIn handed = hand_in(texts);
  auto planned = plan_change(*state(), scope, handed.documents, absent);
  if (!planned) return planned;
  planned->problems.insert(planned->problems.begin(), std::make_move_iterator(handed.problems.begin()),
                           std::make_move_iterator(handed.problems.end()));
  model::add_places(planned->problems, texts);
  model::add_places(planned->warnings, texts);
  return planned;
}

Result<Committed> StoredCatalogue::commit(const ChangePlan& plan, std::string_view author,
                                          std::string_view message) {
  if (!plan.problems.empty()) {
    return fail(ErrorCode::BadData, to_text(plan.problems.front()), plan.problems.front().hint);
  }
  const auto writing = begin_writing();
  if (!writing) return tl::unexpected(writing.error());
  const auto current = state();
  if (plan.based_on != current->head.revision) {
    return fail(
        ErrorCode::Conflict,
        fmt::format("the catalogue was changed meanwhile: revision {} follows {}, on which this was planned",
                    plan.based_on + 1, plan.based_on),
        "plan the change again");
  }
  const auto before = current->scope(plan.scope);
  if (!before) return tl::unexpected(before.error());
  if (!plan.changes_anything()) return Committed{current->head.revision, {}};

  State next = *current;
  const Revision revision = current->head.revision + 1;
  for (const AffectedScope& affected : affected_scopes(*current, plan.scope, plan.changes)) {
    ScopeState changed{affected.state->project_id, affected.state->environment_id,
                       changed_versions(affected.state->versions, affected.changes, revision), nullptr};
    auto compiled = compile_scope(affected.scope, std::move(changed), secrets_, options_.clocks);
    if (!compiled) return tl::unexpected(compiled.error());
    next.scopes[affected.scope] = std::move(*compiled);
  }
  const ScopeState& after = *next.scopes.at(plan.scope);
  const ChangeNote note{std::string(author), std::string(message), clock_.now()};
  const auto read_from = store();  // which may be swapped for another meanwhile
  auto rows = change_rows(*read_from, **before, after, revision, current->head.hash, note);
  if (!rows) return tl::unexpected(rows.error());
  auto credentials = change_credentials(*current, after, plan, *rows);
  if (!credentials) return tl::unexpected(credentials.error());
  if (auto written = write(std::move(next), *std::move(rows)); !written)
    return tl::unexpected(written.error());
  return Committed{revision, std::move(*credentials)};
}

Result<StoredCatalogue::MadeKey> StoredCatalogue::make_key(const State& current, const ScopeState& scope,
                                                           const model::Connection& connection) const {
  auto secret = make_secret(connection.kind);
  if (!secret) return tl::unexpected(secret.error());
  // Of two keys the later one is newer, also where the clock stands still or goes back.
  Timestamp now = clock_.now();
  if (const auto keys = working_keys(current, scope, connection.key); !keys.empty()) {
    now = std::max(now, keys.back()->created + std::chrono::microseconds(1));
  }
  auto id = new_id(now);
  if (!id) return tl::unexpected(id.error());
  store::CredentialRow row{
      std::move(*id), scope.environment_id, connection.key, keyed_hash_of(*secret, secrets_), now,
      std::nullopt};
  return MadeKey{{connection.key, connection.kind, std::move(*secret)}, std::move(row)};
}

Result<std::vector<NewCredential>> StoredCatalogue::change_credentials(
    const State& current, const ScopeState& after, const ChangePlan& plan,
    store::DocumentTransaction& rows) const {
  std::vector<NewCredential> made;
  for (const DocumentChange& change : plan.changes) {
    if (change.id.kind != model::DocumentKind::Connection) continue;
    if (change.kind == ChangeKind::Created) {
      auto key = make_key(current, after, *find_connection(after, change.id.key));
      if (!key) return tl::unexpected(key.error());
      rows.credentials.push_back(std::move(key->row));
      made.push_back(std::move(key->credential));
    } else if (change.kind == ChangeKind::Deleted) {
      for (const store::CredentialRow* row : working_keys(current, after, change.id.key)) {
        rows.revocations.push_back({row->id, clock_.now()});
      }
    }
  }
  return made;
}

Result<void> StoredCatalogue::write(State next, store::DocumentTransaction rows) {
  for (const store::Revocation& revocation : rows.revocations) {
    std::ranges::find(next.credential_rows, revocation.credential_id, &store::CredentialRow::id)->revoked =
        revocation.time;
  }
  next.credential_rows.insert(next.credential_rows.end(), rows.credentials.begin(), rows.credentials.end());
  std::ranges::sort(next.credential_rows, {}, &store::CredentialRow::id);

  rows.expected = next.head;
  ++next.head.sequence;
  if (rows.change) {
    next.head.revision = rows.change->revision;
    next.head.hash = rows.change->hash;
  }
  next.head.seal = seal_of(next.head, next.tenancy, next.credential_rows, secrets_);
  rows.head = next.head;
  if (auto written = store()->write(rows); !written) return tl::unexpected(write_error(written.error()));

  next.index_credentials();
  auto shown = std::make_shared<const State>(std::move(next));
  const std::vector<Scope> changed = changed_snapshots(*state(), *shown);
  {
    const std::lock_guard guard(showing_);
    state_.swap(shown);
  }
  watchers_->tell(changed);
  keep(state());
  return {};
}

Result<std::unique_lock<std::timed_mutex>> StoredCatalogue::begin_writing() {
  std::unique_lock lock(writing_, options_.patience);
  if (lock.owns_lock()) return lock;
  return tl::unexpected(
      away_error({ErrorCode::Unavailable, "a change that was begun before does not end", "check the disk"}));
}

Result<NewCredential> StoredCatalogue::add_key(const Scope& scope, std::string_view connection) {
  const auto writing = begin_writing();
  if (!writing) return tl::unexpected(writing.error());
  const auto current = state();
  const auto found = find_connection_of(*current, scope, connection);
  if (!found) return tl::unexpected(found.error());
  auto key = make_key(*current, *found->scope, *found->connection);
  if (!key) return tl::unexpected(key.error());
  store::DocumentTransaction rows;
  rows.credentials.push_back(std::move(key->row));
  if (auto written = write(*current, std::move(rows)); !written) return tl::unexpected(written.error());
  return std::move(key->credential);
}

Result<void> StoredCatalogue::revoke_old_keys(const Scope& scope, std::string_view connection) {
  const auto writing = begin_writing();
  if (!writing) return tl::unexpected(writing.error());
  const auto current = state();
  const auto found = find_connection_of(*current, scope, connection);
  if (!found) return tl::unexpected(found.error());
  auto keys = working_keys(*current, *found->scope, connection);
  if (keys.size() < 2) return {};
  keys.pop_back();
  store::DocumentTransaction rows;
  for (const store::CredentialRow* key : keys) rows.revocations.push_back({key->id, clock_.now()});
  return write(*current, std::move(rows));
}

}  // namespace splitplot::catalogue
