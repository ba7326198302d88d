#include "growthbook/payloads.hpp"

#include "http/gzip.hpp"
#include "json_text.hpp"

#include <splitplot/base/time.hpp>
#include <splitplot/digest/hash.hpp>
#include <splitplot/digest/payload_cipher.hpp>
#include <splitplot/digest/text.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace splitplot::serve::growthbook {
namespace {

constexpr std::size_t kIdDigits = 32;

/// The members of the content, each under its name, or encrypted beside an empty one.
Result<std::string> members(const Value& content, const std::optional<std::string>& key) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"features", "encryptedFeatures"},
      {"experiments", "encryptedExperiments"},
      {"savedGroups", "encryptedSavedGroups"}};
  std::string out;
  for (const auto& [name, encrypted_name] : kNames) {
    const std::string text = model::to_json(*content.find(name));
    out.append(",\"").append(name).append("\":");
    if (!key) {
      out.append(text);
      continue;
    }
    const Result<std::string> encrypted = digest::encrypt_payload(text, *key);
    if (!encrypted) return tl::unexpected(encrypted.error());
    out.append(text.starts_with('[') ? "[]" : "{}");
    out.append(",\"").append(encrypted_name).append("\":\"").append(*encrypted).append("\"");
  }
  return out;
}

}  // namespace

std::string encryption_key_of(const catalogue::Catalogue& catalogue, const catalogue::Scope& scope,
                              std::string_view connection) {
  constexpr std::size_t kKeyBytes = 16;
  std::string whose = scope.project + "/" + scope.environment + "/";
  whose.append(connection);
  return digest::base64(catalogue.signature("growthbook-payload", whose).substr(0, kKeyBytes));
}

std::string Payloads::date_of(const catalogue::Scope& scope, std::uint64_t revision,
                              Timestamp scheduled) const {
  Timestamp time{};
  if (const auto latest = catalogue_.history(scope, std::nullopt, 1, std::nullopt);
      latest && !latest->empty())
    time = latest->front().time;
  time = std::max(time, scheduled);
  // Two changes of one second have different dates, too, since clients compare them.
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return rfc3339(Timestamp(seconds) + std::chrono::milliseconds(revision % 1000));
}

std::shared_ptr<const PreparedPayload> Payloads::find(const catalogue::Scope& scope,
                                                      const decide::Snapshot& snapshot,
                                                      const model::Connection& connection) {
  const decide::ListForm lists =
      connection.saved_group_references ? decide::ListForm::Named : decide::ListForm::Inlined;
  const Name name{scope, lists, connection.encryption ? connection.key : std::string()};
  const Timestamp now = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(name);
    if (found != kept_.end() && found->second.revision == snapshot.revision() &&
        now < found->second.valid_until)
      return found->second.payload;
  }
  Timestamp valid_until = Timestamp::max();
  auto made =
      std::make_shared<const PreparedPayload>(prepare(scope, snapshot, connection, lists, now, valid_until));
  const std::lock_guard lock(mutex_);
  Kept& place = kept_[name];
  // Who still held an older snapshot does not put it back.
  if (place.payload == nullptr || place.revision <= snapshot.revision())
    place = {snapshot.revision(), valid_until, made};
  return made;
}

PreparedPayload Payloads::prepare(const catalogue::Scope& scope, const decide::Snapshot& snapshot,
                                  const model::Connection& connection, decide::ListForm lists, Timestamp now,
                                  Timestamp& valid_until) const {
  PreparedPayload prepared;
  const Result<decide::Payload> payload = decide::payload_of(snapshot, now, lists);
  const auto refuse = [&](const Error& error) {
    log_.error("there is no payload for SDKs", {{"connection", connection.key}, {"error", error.message}});
    prepared.refusal = error.message;
    prepared.id = std::to_string(snapshot.revision());
    return prepared;
  };
  if (!payload) return refuse(payload.error());
  valid_until = payload->valid_until;
  for (const std::string& rule : payload->left_out)
    log_.write(LogLevel::Warning, "a rule is not sent to SDKs", {{"rule", rule}});

  std::optional<std::string> key;
  if (connection.encryption) key = encryption_key_of(catalogue_, scope, connection.key);
  const Result<std::string> content = members(payload->content, key);
  if (!content) return refuse(content.error());
  // Of the content itself: encrypted, it is another text each time.
  const digest::Hash hash = digest::sha256((key ? "encrypted" : "plain") + model::to_json(payload->content));
  prepared.id = digest::hex(digest::bytes_of(hash)).substr(0, kIdDigits);
  prepared.json = R"({"status":200)" + *content + R"(,"dateUpdated":")";
  prepared.json.append(date_of(scope, snapshot.revision(), payload->valid_from)).append("\"}");
  prepared.gzip = gzip(prepared.json).value_or("");
  return prepared;
}

}  // namespace splitplot::serve::growthbook
