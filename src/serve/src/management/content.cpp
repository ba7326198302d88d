#include "management/content.hpp"

#include "answers.hpp"
#include "http/target.hpp"
#include "management/body.hpp"
#include "management/change.hpp"
#include "shown_value.hpp"
#include "stored_profile.hpp"

#include <splitplot/base/key.hpp>
#include <splitplot/base/spelling.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace splitplot::serve::management {
namespace {

/// Less than the catalogue reads back.
constexpr model::JsonLimits kItemLimits{.depth = 32, .members = 5'000'000};

/// The member `items` of the document that a body is.
Result<Value> items_in(std::string_view body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == body.npos)
    return fail(ErrorCode::BadData, "the body is empty", "send CSV, or a JSON list of objects");
  if (body[first] != '[' && body[first] != '{') return Value(body);
  Result<Value> read = model::parse_json(body, kItemLimits, model::DuplicateNames::Refuse);
  if (!read) return tl::unexpected(read.error());
  if (read->if_array() != nullptr) return read;
  Value* items = read->find("items");
  if (items == nullptr || items->if_array() == nullptr || read->if_object()->size() != 1)
    return fail(ErrorCode::BadData, "the object has more than a list 'items', or none",
                "send a list of objects; other members of the document are changed with /api/v1/apply");
  return std::move(*items);
}

/// The document as it is, with other items.
model::Document with_items(const Call& call, const std::string& key, Value items) {
  const model::DocumentId id{model::DocumentKind::Items, key};
  Value body = Value::Object{};
  if (const auto before = call.context.services.catalogue.document(call.principal->scope, id, {}))
    body = before->body;
  body.set("items", std::move(items));
  return {id, std::move(body)};
}

/// What was imported, by the snapshot that has it; the columns as they were understood.
void describe(const Call& call, const std::string& key, Value& answer) {
  const auto snapshot = call.context.services.catalogue.snapshot(call.principal->scope);
  const auto found = snapshot->configuration().items.find(key);
  if (found == snapshot->configuration().items.end()) return;
  answer.set("items", found->second.rows->size());
  Value columns = Value::Object{};
  for (const model::ItemColumn& column : found->second.columns)
    columns.set(column.name, name_of(column.type));
  answer.set("columns", std::move(columns));
}

}  // namespace

Response import_items(const Call& call) {
  const std::string& key = call.parameters[0];
  if (!is_key(key)) return problem(400, "bad_parameter", "'" + key + "' is not a key", std::string(kKeyRule));
  const bool dry_run = query_parameter(call.request.query, "dry_run").value_or("false") == "true";
  Result<Value> items = items_in(call.request.body);
  if (!items) return problem(items.error());
  model::DocumentText text;
  text.documents.push_back(with_items(call, key, *std::move(items)));
  text.lines.emplace_back();
  Result<catalogue::ChangePlan> plan =
      call.context.services.catalogue.plan(call.principal->scope, {text}, catalogue::Absent::Keep);
  if (!plan) return problem(plan.error());
  // There is no file of the whole document that a line could be in.
  for (model::Problem& one : plan->problems) one.place.clear();
  for (model::Problem& one : plan->warnings) one.place.clear();
  const auto committed = commit(call, *plan, dry_run ? DryRun::Yes : DryRun::No, "items imported");
  if (!committed) return committed.error();
  Value answer;
  answer.set("key", key);
  answer.set("revision", committed->revision);
  answer.set("dry_run", dry_run);
  answer.set("changed", plan->changes_anything());
  if (!dry_run) describe(call, key, answer);
  answer.set("warnings", to_value(plan->warnings));
  return json_response(answer);
}

Response preview_content(const Call& call) {
  BodyReader body(call.request.body);
  const std::optional<std::string> key = body.text("flag");
  body.require("flag", key.has_value());
  const std::optional<std::string> variant = body.text("variant");
  const Value context(body.object("context").value_or(Value::Object{}));
  if (std::optional<Response> fault = body.fault()) return std::move(*fault);
  const auto snapshot = call.context.services.catalogue.snapshot(call.principal->scope);
  if (snapshot == nullptr) return problem(503, "unavailable", "the environment has no configuration yet");
  const auto& flags = snapshot->configuration().flags;
  const auto flag = flags.find(*key);
  if (flag == flags.end()) return problem(404, "not_found", "there is no flag '" + *key + "'");
  const auto profile = profile_of(call, environment_name(call.principal->scope), context);
  decide::Evaluation evaluation(model::Attributes(&context, profile != nullptr ? &profile->traits : nullptr));
  evaluation.now = call.context.services.clock.now();
  decide::Decision decision;
  if (variant) {
    const auto found = std::ranges::find(flag->second.variants, *variant, &model::FlagVariant::key);
    if (found == flag->second.variants.end())
      return problem(404, "not_found", "the flag '" + *key + "' has no variant '" + *variant + "'");
    decision.value = &found->value;
    decision.variant = found->key;
  } else {
    decision = snapshot->decide(*key, evaluation);
  }
  const ShownValue shown(*snapshot, decision.value, evaluation.attributes, &context);
  Value answer;
  answer.set("flag", *key);
  answer.set("variant", shown.of(decision).variant);
  answer.set("value", shown.value() != nullptr ? *shown.value() : Value());
  if (!shown.failure().empty()) answer.set("failure", shown.failure());
  answer.set("cut", shown.is_cut());
  return json_response(answer);
}

}  // namespace splitplot::serve::management
