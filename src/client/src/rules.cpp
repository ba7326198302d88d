#include "rules.hpp"

#include <splitplot/base/text_hash.hpp>
#include <splitplot/digest/payload_cipher.hpp>
#include <splitplot/model/json.hpp>

#include <optional>
#include <utility>

namespace splitplot::client {
namespace {

/// A configuration may have lists of a million ids.
constexpr model::JsonLimits kLimits{.depth = 128, .members = 20'000'000};

Result<Value> parsed(std::string_view text) {
  Result<Value> value = model::parse_json(text, kLimits);
  if (value) return value;
  return fail(ErrorCode::BadData, "the rules are no JSON: " + value.error().message,
              "is this a Splitplot server?");
}

/// Puts what is encrypted into the place of the empty member beside it.
Result<void> decrypt(Value& payload, std::string_view encrypted_name, std::string_view name,
                     std::string_view key) {
  const Value* encrypted = payload.find(encrypted_name);
  if (encrypted == nullptr || encrypted->if_text() == nullptr) return {};
  if (key.empty())
    return fail(ErrorCode::Forbidden, "the rules are encrypted, and there is no key for them",
                "set decryption_key to what GET /api/v1/connections/{key}/encryption shows");
  const std::optional<std::string> text = digest::decrypt_payload(*encrypted->if_text(), key);
  if (!text)
    return fail(ErrorCode::Forbidden, "the rules cannot be decrypted with this key",
                "set decryption_key to what GET /api/v1/connections/{key}/encryption shows");
  Result<Value> value = parsed(*text);
  if (!value) return tl::unexpected(std::move(value.error()));
  payload.set(name, std::move(*value));
  return {};
}

}  // namespace

Result<std::shared_ptr<const Rules>> read_rules(std::string_view payload, std::string_view decryption_key) {
  static constexpr std::pair<std::string_view, std::string_view> kEncrypted[] = {
      {"encryptedFeatures", "features"},
      {"encryptedExperiments", "experiments"},
      {"encryptedSavedGroups", "savedGroups"}};
  Result<Value> written = parsed(payload);
  if (!written) return tl::unexpected(std::move(written.error()));
  for (const auto& [encrypted_name, name] : kEncrypted) {
    if (Result<void> done = decrypt(*written, encrypted_name, name, decryption_key); !done)
      return tl::unexpected(std::move(done.error()));
  }
  const Value* features = written->find("features");
  if (features == nullptr || features->if_object() == nullptr)
    return fail(ErrorCode::BadData, "the rules have no 'features'", "is this a Splitplot server?");
  Rules rules;
  if (const Value* date = written->find("dateUpdated"); date != nullptr && date->if_text() != nullptr)
    rules.version = *date->if_text();
  rules.fingerprint = text_hash(rules.version);
  Result<std::shared_ptr<const decide::Snapshot>> snapshot =
      decide::Snapshot::read_payload(std::move(*written));
  if (!snapshot) return tl::unexpected(std::move(snapshot.error()));
  rules.snapshot = std::move(*snapshot);
  return std::make_shared<const Rules>(std::move(rules));
}

}  // namespace splitplot::client
