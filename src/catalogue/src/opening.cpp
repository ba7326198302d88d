#include "opening.hpp"

#include "audit_chain.hpp"
#include "away_store.hpp"
#include "ids.hpp"
#include "last_good.hpp"
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

/// A file without content would be made a new catalogue, with other keys.
Result<void> must_be_there(const CatalogueOptions& options) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(options.path, failure);
  if (!failure && size > 0) return {};
  return fail(ErrorCode::Unreadable,
              fmt::format("the catalogue '{}' is {}", options.path,
                          failure == std::errc::no_such_file_or_directory ? "missing"
                          : failure                                       ? "no file: " + failure.message()
                                                                          : "empty"),
              "restore a backup");
}

Result<Loaded> load_existing(const CatalogueOptions& options, const Secrets& secrets) {
  if (auto there = must_be_there(options); !there) return tl::unexpected(there.error());
  auto store = store::open_document_store(options.path);
  if (!store) return tl::unexpected(store.error());
  auto head = read_head(**store, options);
  if (!head) return tl::unexpected(head.error());
  if (!*head)
    return fail(ErrorCode::BadData, fmt::format("the catalogue '{}' is empty", options.path),
                "restore a backup");
  auto state = load_state(**store, std::move(**head), secrets, options.clocks);
  if (!state) return tl::unexpected(state.error());
  return Loaded{*std::move(store), *std::move(state)};
}

/// The state of the last good file. Errors: those of the file, and of documents that make no sense any more.
struct Kept {
  State state;
  Timestamp written;
};
Result<Kept> load_last_good(const LastGoodFile& file, const CatalogueOptions& options,
                            const Secrets& secrets) {
  auto rows = file.read(secrets);
  if (!rows) return tl::unexpected(rows.error());
  const Timestamp written = rows->written;
  store::Head head = rows->head;
  const auto store = make_last_good_store(*std::move(rows));
  auto state = load_state(*store, std::move(head), secrets, options.clocks);
  if (!state) return tl::unexpected(state.error());
  return Kept{*std::move(state), written};
}

/// Of a catalogue with a last good file.
Result<OpenedCatalogue> open_or_stand_in(const CatalogueOptions& options, const LastGoodFile& file,
                                         const Clock& clock) {
  auto secrets = existing_secrets(options);
  if (!secrets) return tl::unexpected(secrets.error());
  std::optional<Opening> opening = begin_opening(options, *secrets);
  auto loaded = opening->wait(options.patience);
  if (loaded) opening.reset();
  if (loaded && *loaded) {
    auto catalogue = std::make_unique<StoredCatalogue>((*loaded)->store, std::move((*loaded)->state),
                                                       *std::move(secrets), clock, options);
    catalogue->look_after({});
    return OpenedCatalogue{std::move(catalogue), {}};
  }
  const Error why =
      loaded ? loaded->error()
             : Error{ErrorCode::Unavailable, fmt::format("the catalogue '{}' does not answer", options.path),
                     "check the disk"};
  auto kept = load_last_good(file, options, *secrets);
  if (!kept) {
    return fail(why.code,
                fmt::format("{}; nor can the last good configuration stand in: {}", why.message,
                            kept.error().message),
                why.hint);
  }
  auto catalogue = std::make_unique<StoredCatalogue>(make_away_store(why), std::move(kept->state),
                                                     *std::move(secrets), clock, options);
  catalogue->begin_away(why, kept->written);
  catalogue->look_after(std::move(opening));
  return OpenedCatalogue{std::move(catalogue), {}};
}

/// Opens, or makes a new catalogue where there is none.
Result<OpenedCatalogue> open_or_make(const CatalogueOptions& options, const Clock& clock) {
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
  auto state = load_state(**store, std::move(**head), *secrets, options.clocks);
  if (!state) return tl::unexpected(state.error());
  auto catalogue = std::make_unique<StoredCatalogue>(*std::move(store), *std::move(state),
                                                     *std::move(secrets), clock, options);
  OpenedCatalogue opened{nullptr, {}};
  // Also where the first start was cut short between the two.
  if (empty) {
    auto keys = add_first_connections(*catalogue);
    if (!keys) return tl::unexpected(keys.error());
    opened.first_keys = std::move(*keys);
  }
  if (!options.last_good_path.empty()) catalogue->look_after({});
  opened.catalogue = std::move(catalogue);
  return opened;
}

}  // namespace

Opening begin_opening(const CatalogueOptions& options, const Secrets& secrets) {
  return Opening([options, secrets] { return load_existing(options, secrets); });
}

Result<OpenedCatalogue> open_catalogue(const CatalogueOptions& options, const Clock& clock) {
  if (!options.last_good_path.empty()) {
    const LastGoodFile file(store::posix_file_system(), options.last_good_path);
    if (file.exists()) return open_or_stand_in(options, file, clock);
  }
  return open_or_make(options, clock);
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
