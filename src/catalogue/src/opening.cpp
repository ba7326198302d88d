#include "audit_chain.hpp"
#include "ids.hpp"
#include "stored_catalogue.hpp"

#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace splitplot::catalogue {

bool ChangePlan::changes_anything() const {
  return std::ranges::any_of(
      changes, [](const DocumentChange& change) { return change.kind != ChangeKind::Unchanged; });
}

namespace {

/// The key file of a catalogue that is there: never made anew, since all keys and seeds hang on it.
Result<Secrets> existing_secrets(const CatalogueOptions& options) {
  if (std::error_code ignored; !std::filesystem::exists(options.secrets_path, ignored)) {
    return fail(
        ErrorCode::Unreadable,
        fmt::format("the key file '{}' of the catalogue '{}' is missing", options.secrets_path, options.path),
        "put it back from where you keep its copy; with a new one all keys would stop working and units "
        "would "
        "move between variants");
  }
  return read_key_file(options.secrets_path);
}

/// A key file may be there before its catalogue: it was put there, or a first start was cut short.
Result<Secrets> first_secrets(const CatalogueOptions& options) {
  if (std::error_code ignored; std::filesystem::exists(options.secrets_path, ignored)) {
    return read_key_file(options.secrets_path);
  }
  return make_key_file(options.secrets_path);
}

/// What is stored: nothing in a new file. Errors: BadData (there are rows, and the head is gone).
Result<std::optional<store::Head>> read_head(store::DocumentStore& store, const CatalogueOptions& options) {
  auto head = store.head();
  if (!head || *head) return head;
  auto beyond = store.has_rows_beyond(0);
  if (!beyond) return tl::unexpected(beyond.error());
  if (!*beyond) return head;
  return fail(ErrorCode::BadData, fmt::format("the catalogue '{}' has lost its head", options.path),
              "restore a backup");
}

/// Organisation, project and environment of a new catalogue.
Result<store::Head> found(store::DocumentStore& store, const Secrets& secrets, const Clock& clock) {
  const Timestamp now = clock.now();
  std::string ids[3];
  for (std::string& id : ids) {
    auto made = new_id(now);
    if (!made) return tl::unexpected(made.error());
    id = std::move(*made);
  }
  const Scope scope;
  store::DocumentTransaction rows;
  rows.tenancy = {
      {{ids[0], "default"}}, {{ids[1], ids[0], scope.project, "UTC"}}, {{ids[2], ids[1], scope.environment}}};
  rows.head = {1, 0, first_previous_hash(), {}};
  rows.head.seal = seal_of(rows.head, rows.tenancy, {}, secrets);
  if (auto written = store.write(rows); !written) return tl::unexpected(written.error());
  return rows.head;
}

/// A connection of each kind, with their keys.
Result<std::vector<NewCredential>> add_first_connections(Catalogue& catalogue) {
  model::DocumentText text;
  for (const char* kind : {"client", "server", "admin"}) {
    text.documents.push_back({{model::DocumentKind::Connection, kind}, Value::Object{{"type", kind}}});
    text.lines.emplace_back();
  }
  auto plan = catalogue.plan({}, {text}, Absent::Keep);
  if (!plan) return tl::unexpected(plan.error());
  auto committed = catalogue.commit(*plan, "first start", "a connection of each kind");
  if (!committed) return tl::unexpected(committed.error());
  return std::move(committed->credentials);
}

}  // namespace

Result<OpenedCatalogue> open_catalogue(const CatalogueOptions& options, const Clock& clock) {
  auto store = store::open_document_store(options.path);
  if (!store) return tl::unexpected(store.error());
  auto head = read_head(**store, options);
  if (!head) return tl::unexpected(head.error());
  auto secrets = *head ? existing_secrets(options) : first_secrets(options);
  if (!secrets) return tl::unexpected(secrets.error());
  if (!*head) {
    auto founded = found(**store, *secrets, clock);
    if (!founded) return tl::unexpected(founded.error());
    *head = std::move(*founded);
  }
  const bool empty = (*head)->revision == 0;
  auto catalogue =
      StoredCatalogue::load(std::move(*store), std::move(**head), std::move(*secrets), clock, options.clocks);
  if (!catalogue) return tl::unexpected(catalogue.error());
  OpenedCatalogue opened{std::move(*catalogue), {}};
  // Also where the first start was cut short between the two.
  if (empty) {
    auto keys = add_first_connections(*opened.catalogue);
    if (!keys) return tl::unexpected(keys.error());
    opened.first_keys = std::move(*keys);
  }
  return opened;
}

Result<std::optional<Revision>> verify_catalogue(const CatalogueOptions& options) {
  if (std::error_code ignored; !std::filesystem::exists(options.path, ignored)) {
    return fail(ErrorCode::Unreadable, fmt::format("there is no catalogue '{}'", options.path));
  }
  auto store = store::open_document_store(options.path);
  if (!store) return tl::unexpected(store.error());
  auto secrets = existing_secrets(options);
  if (!secrets) return tl::unexpected(secrets.error());
  return find_break(**store, *secrets);
}

Result<void> back_up_catalogue(const std::string& from_path, const std::string& to_path) {
  return store::copy_document_store(from_path, to_path);
}

}  // namespace splitplot::catalogue
