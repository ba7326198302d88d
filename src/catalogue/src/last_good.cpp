#include "last_good.hpp"

#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/text.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace splitplot::catalogue {
namespace {

constexpr std::string_view kName = "splitplot-last-good ";
constexpr std::string_view kFirstLine = "splitplot-last-good 1";
constexpr std::uint64_t kMostBytes = 1ULL << 30;
/// What is stored was accepted once: these only keep a damaged file from exhausting the memory.
constexpr model::JsonLimits kLimits{.depth = 256, .members = 10'000'000};

std::string checksum(std::string_view content) {
  const digest::Hash hash = digest::sha256(content);
  return digest::hex(digest::bytes_of(hash));
}

/// Only who has the key file can write a line that fits. No seal of a catalogue is one: those are of JSON.
std::string seal(std::string_view checksum, const Secrets& secrets) {
  const digest::Hash hash = digest::hmac_sha256(secrets.seal, fmt::format("last-good {}", checksum));
  return digest::hex(digest::bytes_of(hash));
}

Value value_of(Timestamp time) {
  return time.time_since_epoch().count();
}

Value head_value(const State& state, Timestamp now) {
  Value::Array organisations;
  for (const auto& row : state.tenancy.organisations)
    organisations.emplace_back(Value::Object{{"id", row.id}, {"key", row.key}});
  Value::Array projects;
  for (const auto& row : state.tenancy.projects) {
    projects.emplace_back(Value::Object{{"id", row.id},
                                        {"organisation", row.organisation_id},
                                        {"key", row.key},
                                        {"time_zone", row.time_zone}});
  }
  Value::Array environments;
  for (const auto& row : state.tenancy.environments)
    environments.emplace_back(Value::Object{{"id", row.id}, {"project", row.project_id}, {"key", row.key}});
  Value::Array credentials;
  for (const auto& row : state.credential_rows) {
    credentials.emplace_back(Value::Object{{"id", row.id},
                                           {"environment", row.environment_id},
                                           {"connection", row.connection},
                                           {"keyed_hash", row.keyed_hash},
                                           {"created", value_of(row.created)},
                                           {"revoked", row.revoked ? value_of(*row.revoked) : Value()}});
  }
  return Value::Object{{"written", value_of(now)},
                       {"sequence", state.head.sequence},
                       {"revision", state.head.revision},
                       {"hash", state.head.hash},
                       {"seal", state.head.seal},
                       {"organisations", std::move(organisations)},
                       {"projects", std::move(projects)},
                       {"environments", std::move(environments)},
                       {"credentials", std::move(credentials)}};
}

std::string content_of(const State& state, Timestamp now) {
  std::string content;
  model::append_json(content, head_value(state, now));
  content.push_back('\n');
  std::set<std::string> owners_done;  // what a project owns stands in each of its environments
  for (const auto& [scope, scope_state] : state.scopes) {
    const bool is_first = owners_done.insert(scope_state->project_id).second;
    for (const auto& [id, version] : scope_state->versions) {
      if (!is_first && owner_of(id.kind) == Owner::Project) continue;
      const Value name = Value::Object{{"owner", scope_state->owner_id(id.kind)},
                                       {"kind", model::name_of(id.kind)},
                                       {"key", id.key},
                                       {"version", version.version},
                                       {"revision", version.revision}};
      model::append_json(content, name);
      content.push_back('\t');  // no compact JSON has one
      if (version.body) model::append_json(content, *version.body);
      content.push_back('\n');
    }
  }
  return content;
}

/// Reads members of an object; the first that is missing or of another kind makes all of it bad.
class Members {
 public:
  explicit Members(const Value& value) : value_(value) {}

  std::string text(std::string_view name) {
    const Value* found = value_.find(name);
    if (found == nullptr || found->if_text() == nullptr) return bad_ = true, std::string();
    return *found->if_text();
  }
  std::int64_t number(std::string_view name) {
    const Value* found = value_.find(name);
    if (found == nullptr || found->if_integer() == nullptr) return bad_ = true, 0;
    return *found->if_integer();
  }
  std::uint64_t count(std::string_view name) {
    const std::int64_t read = number(name);
    if (read < 0) bad_ = true;
    return static_cast<std::uint64_t>(read);
  }
  Timestamp time(std::string_view name) { return Timestamp{std::chrono::microseconds(number(name))}; }
  std::optional<Timestamp> time_if_any(std::string_view name) {
    const Value* found = value_.find(name);
    if (found != nullptr && found->kind() == Value::Kind::Null) return std::nullopt;
    return time(name);
  }
  /// `read` makes a row of the members of each element.
  template <typename Read>
  auto rows(std::string_view name, Read read) -> std::vector<decltype(read(std::declval<Members&>()))> {
    std::vector<decltype(read(std::declval<Members&>()))> all;
    const Value* found = value_.find(name);
    if (found == nullptr || found->if_array() == nullptr) {
      bad_ = true;
      return all;
    }
    for (const Value& element : *found->if_array()) {
      Members members(element);
      all.push_back(read(members));
      bad_ = bad_ || members.bad_;
    }
    return all;
  }
  [[nodiscard]] bool bad() const { return bad_; }

 private:
  const Value& value_;
  bool bad_ = false;
};

std::optional<LastGood> read_head(std::string_view line) {
  const auto value = model::parse_json(line, kLimits);
  if (!value) return std::nullopt;
  Members head(*value);
  LastGood read;
  read.written = head.time("written");
  read.head = {head.count("sequence"), head.count("revision"), head.text("hash"), head.text("seal")};
  read.tenancy.organisations = head.rows("organisations", [](Members& row) {
    return store::OrganisationRow{row.text("id"), row.text("key")};
  });
  read.tenancy.projects = head.rows("projects", [](Members& row) {
    return store::ProjectRow{row.text("id"), row.text("organisation"), row.text("key"),
                             row.text("time_zone")};
  });
  read.tenancy.environments = head.rows("environments", [](Members& row) {
    return store::EnvironmentRow{row.text("id"), row.text("project"), row.text("key")};
  });
  read.credentials = head.rows("credentials", [](Members& row) {
    return store::CredentialRow{row.text("id"),         row.text("environment"), row.text("connection"),
                                row.text("keyed_hash"), row.time("created"),     row.time_if_any("revoked")};
  });
  if (head.bad()) return std::nullopt;
  return read;
}

std::optional<store::DocumentVersionRow> read_document(std::string_view line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) return std::nullopt;
  const auto value = model::parse_json(line.substr(0, tab), kLimits);
  if (!value) return std::nullopt;
  Members name(*value);
  store::DocumentVersionRow row{{name.text("owner"), name.text("kind"), name.text("key")},
                                name.count("version"),
                                name.count("revision"),
                                std::nullopt};
  if (tab + 1 < line.size()) row.body = std::string(line.substr(tab + 1));
  if (name.bad()) return std::nullopt;
  return row;
}

/// The text up to the next line's end, which is taken off; nothing at the end, also behind a torn line.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Result<std::string> read_whole(store::FileSystem& files, const std::string& path) {
  if (std::error_code ignored;
      std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored))
    return fail(ErrorCode::Unreadable, fmt::format("'{}' is not a file", path));
  const auto file = files.open(path, store::OpenMode::Read);
  if (!file) return tl::unexpected(file.error());
  const auto size = (*file)->size();
  if (!size) return tl::unexpected(size.error());
  if (*size > kMostBytes) {
    return fail(ErrorCode::BadData, fmt::format("'{}' is larger than anything that is written there", path));
  }
  return (*file)->read(0, static_cast<std::size_t>(*size));
}

}  // namespace

Result<void> LastGoodFile::write(const State& state, Timestamp now, const Secrets& secrets) const {
  const std::string content = content_of(state, now);
  if (content.size() > kMostBytes / 2) {
    return fail(ErrorCode::ResourceLimit,
                fmt::format("the configuration is too large to be kept in '{}'", path_),
                "it takes the catalogue to start");
  }
  const std::string sum = checksum(content);
  const std::string draft = path_ + ".draft";
  std::error_code ignored;
  std::filesystem::remove(draft, ignored);  // of a process that was killed
  auto written = [&]() -> Result<void> {
    const auto file = files_.open(draft, store::OpenMode::Create);
    if (!file) return tl::unexpected(file.error());
    // Whoever reads it knows the rules: nobody but its owner.
    std::error_code refused;
    std::filesystem::permissions(
        draft, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, refused);
    if (refused)
      return fail(ErrorCode::Unreadable,
                  fmt::format("'{}' cannot be kept from others: {}", draft, refused.message()));
    const std::string head = fmt::format("{}\n{}\n{}\n", kFirstLine, sum, seal(sum, secrets));
    return (*file)
        ->append(head)
        .and_then([&] { return (*file)->append(content); })
        .and_then([&] { return (*file)->sync(); })
        .and_then([&] { return files_.rename(draft, path_); });
  }();
  if (!written) {
    std::filesystem::remove(draft, ignored);
    return written;
  }
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  return files_.sync_directory(folder.empty() ? "." : folder);
}

Result<LastGood> LastGoodFile::read(const Secrets& secrets) const {
  const auto whole = read_whole(files_, path_);
  if (!whole) return tl::unexpected(whole.error());
  const auto bad = [this](std::string_view why) {
    return fail(ErrorCode::BadData, fmt::format("'{}' {}", path_, why),
                "it is written anew once the catalogue is well");
  };
  std::string_view rest = *whole;
  const auto first = next_line(rest);
  if (!first || !first->starts_with(kName)) return bad("is no last good configuration");
  if (*first != kFirstLine) return bad("is of a newer format than this program knows");
  const auto sum = next_line(rest);
  const auto sealed = next_line(rest);
  if (!sum || !sealed || *sum != checksum(rest)) return bad("is damaged: its checksum is wrong");
  if (!digest::equal_in_constant_time(*sealed, seal(*sum, secrets)))
    return bad("was not written with this key file");
  const auto head = next_line(rest);
  auto read = head ? read_head(*head) : std::nullopt;
  if (!read) return bad("is damaged: its second part cannot be read");
  while (const auto line = next_line(rest)) {
    auto document = read_document(*line);
    if (!document) return bad("is damaged: a document cannot be read");
    read->documents.push_back(*std::move(document));
  }
  return *std::move(read);
}

bool LastGoodFile::exists() const {
  std::error_code ignored;
  return std::filesystem::exists(path_, ignored);
}

}  // namespace splitplot::catalogue
