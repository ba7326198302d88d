#include "audit_chain.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>

namespace splitplot::catalogue {
namespace {

Value value_of(Timestamp time) {
  return time.time_since_epoch().count();
}

template <typename T>
Value or_null(const std::optional<T>& present) {
  return present ? Value(*present) : Value();
}

Value value_of(const store::DocumentVersionRow& row) {
  return Value::Object{{"owner", row.name.owner_id},
                       {"kind", row.name.kind},
                       {"key", row.name.key},
                       {"version", row.version},
                       {"body", or_null(row.body)}};
}

Value value_of(const store::FrozenPlanRow& row) {
  return Value::Object{{"environment", row.environment_id},
                       {"experiment", row.experiment},
                       {"started", value_of(row.started)},
                       {"fingerprint", row.fingerprint},
                       {"plan", row.plan}};
}

Value value_of(const store::OrganisationRow& row) {
  return Value::Object{{"id", row.id}, {"key", row.key}};
}

Value value_of(const store::ProjectRow& row) {
  return Value::Object{
      {"id", row.id}, {"organisation", row.organisation_id}, {"key", row.key}, {"time_zone", row.time_zone}};
}

Value value_of(const store::EnvironmentRow& row) {
  return Value::Object{{"id", row.id}, {"project", row.project_id}, {"key", row.key}};
}

Value value_of(const store::CredentialRow& row) {
  return Value::Object{{"id", row.id},
                       {"environment", row.environment_id},
                       {"connection", row.connection},
                       {"keyed_hash", row.keyed_hash},
                       {"created", value_of(row.created)},
                       {"revoked", row.revoked ? value_of(*row.revoked) : Value()}};
}

template <typename Row>
Value list_of(const std::vector<Row>& rows) {
  Value::Array list;
  list.reserve(rows.size());
  for (const Row& row : rows) list.push_back(value_of(row));
  return list;
}

/// Whether the change of a revision is there and carries the hash of what is stored.
Result<bool> holds(store::DocumentStore& store, const std::optional<store::ChangeRow>& change,
                   std::string_view previous_hash) {
  if (!change || change->previous_hash != previous_hash) return false;
  auto versions = store.versions_of(change->revision);
  if (!versions) return tl::unexpected(versions.error());
  auto frozen_plans = store.frozen_plans_of(change->revision);
  if (!frozen_plans) return tl::unexpected(frozen_plans.error());
  return change->hash == hash_of(*change, *versions, *frozen_plans);
}

}  // namespace

std::string first_previous_hash() {
  return std::string(64, '0');
}

std::string hash_of(const store::ChangeRow& change, const std::vector<store::DocumentVersionRow>& versions,
                    const std::vector<store::FrozenPlanRow>& frozen_plans) {
  const Value content = Value::Object{{"revision", change.revision},
                                      {"environment", change.environment_id},
                                      {"author", change.author},
                                      {"message", change.message},
                                      {"time", value_of(change.time)},
                                      {"documents", list_of(versions)},
                                      {"frozen_plans", list_of(frozen_plans)}};
  // A previous hash that is no hash was altered: the links say so, whatever is hashed here.
  std::string bytes = digest::from_hex(change.previous_hash).value_or("");
  bytes += model::canonical_json(content);
  const digest::Hash hash = digest::sha256(bytes);
  return digest::hex(digest::bytes_of(hash));
}

std::string seal_of(const store::Head& head, const store::Tenancy& tenancy,
                    const std::vector<store::CredentialRow>& credentials, const Secrets& secrets) {
  const Value content = Value::Object{{"sequence", head.sequence},
                                      {"revision", head.revision},
                                      {"hash", head.hash},
                                      {"organisations", list_of(tenancy.organisations)},
                                      {"projects", list_of(tenancy.projects)},
                                      {"environments", list_of(tenancy.environments)},
                                      {"credentials", list_of(credentials)}};
  const digest::Hash hash = digest::hmac_sha256(secrets.seal, model::canonical_json(content));
  return digest::hex(digest::bytes_of(hash));
}

Result<std::optional<std::uint64_t>> find_break(store::DocumentStore& store, const Secrets& secrets) {
  auto head = store.head();
  if (!head) return tl::unexpected(head.error());
  const store::Head last =
      head->value_or(store::Head{.sequence = 0, .revision = 0, .hash = first_previous_hash(), .seal = {}});
  std::string previous_hash = first_previous_hash();
  for (std::uint64_t revision = 1; revision <= last.revision; ++revision) {
    auto change = store.change(revision);
    if (!change) return tl::unexpected(change.error());
    auto held = holds(store, *change, previous_hash);
    if (!held) return tl::unexpected(held.error());
    if (!*held) return revision;
    previous_hash = (*change)->hash;
  }
  auto beyond = store.has_rows_beyond(last.revision);
  if (!beyond) return tl::unexpected(beyond.error());
  if (*beyond) return last.revision + 1;

  auto tenancy = store.tenancy();
  if (!tenancy) return tl::unexpected(tenancy.error());
  auto credentials = store.credentials();
  if (!credentials) return tl::unexpected(credentials.error());
  const bool new_store = !*head && tenancy->organisations.empty() && credentials->empty();
  const bool sealed =
      last.hash == previous_hash && last.seal == seal_of(last, *tenancy, *credentials, secrets);
  if (new_store || sealed) return std::nullopt;
  return std::max<std::uint64_t>(last.revision, 1);
}

}  // namespace splitplot::catalogue
