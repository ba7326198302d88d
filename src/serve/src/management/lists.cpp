#include "management/lists.hpp"

#include "answers.hpp"
#include "http/target.hpp"
#include "management/body.hpp"
#include "management/change.hpp"

#include <splitplot/base/key.hpp>
#include <splitplot/model/condition.hpp>
#include <splitplot/model/json.hpp>
#include <splitplot/model/list_values.hpp>

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace splitplot::serve::management {
namespace {

enum class Edit { Replace, Add, Remove };

std::optional<Edit> edit_named(std::string_view name) {
  if (name == "replace") return Edit::Replace;
  if (name == "add") return Edit::Add;
  if (name == "remove") return Edit::Remove;
  return std::nullopt;
}

/// A list after an upload. What stays keeps its order, and what is new comes behind it, so that little of it is stored anew.
struct EditedList {
  Value::Array values;
  std::size_t added = 0;
  std::size_t removed = 0;
  std::size_t repeated = 0;  ///< uploaded more than once
};

EditedList edited(Value::Array before, Value::Array uploaded, Edit edit) {
  EditedList list;
  const model::ValueList wanted(uploaded);
  list.repeated = uploaded.size() - wanted.size();
  std::optional<model::ValueList> known;
  if (edit != Edit::Remove) known.emplace(before);
  const std::size_t count = before.size();
  list.values = std::move(before);
  if (edit != Edit::Add)
    std::erase_if(list.values,
                  [&](const Value& value) { return wanted.contains(value) == (edit == Edit::Remove); });
  list.removed = count - list.values.size();
  if (edit == Edit::Remove) return list;
  std::unordered_set<std::string> seen;
  for (Value& value : uploaded) {
    if (known->contains(value) || !seen.insert(model::canonical_json(value)).second) continue;
    list.values.push_back(std::move(value));
    ++list.added;
  }
  return list;
}

/// The list's document as it is; an empty one where there is none.
struct Former {
  Value body = Value::Object{{"values", Value::Array{}}};
  bool exists = false;
};

Result<Former> former_list(const Call& call, const model::DocumentId& id) {
  auto document = call.context.services.catalogue.document(call.principal->scope, id, {});
  if (document) return Former{std::move(document->body), true};
  if (document.error().code == ErrorCode::NotFound) return Former{};
  return tl::unexpected(std::move(document.error()));
}

}  // namespace

Response import_list(const Call& call) {
  const model::DocumentId id{model::DocumentKind::List, call.parameters[0]};
  if (!is_key(id.key))
    return problem(400, "bad_parameter", "'" + id.key + "' is not a key", std::string(kKeyRule));
  const std::string mode = query_parameter(call.request.query, "mode").value_or("replace");
  const std::optional<Edit> edit = edit_named(mode);
  if (!edit)
    return problem(400, "bad_parameter", "there is no mode '" + mode + "'",
                   "there are replace, add and remove");
  const bool dry_run = query_parameter(call.request.query, "dry_run").value_or("false") == "true";
  auto uploaded =
      model::read_list_values(call.request.body, query_parameter(call.request.query, "column").value_or(""));
  if (!uploaded) return problem(uploaded.error());
  const auto& catalogue = call.context.services.catalogue;
  const auto revision = [&] { return catalogue.snapshot(call.principal->scope)->revision(); };
  const std::uint64_t read_at = revision();
  Result<Former> former = former_list(call, id);
  if (!former) return problem(former.error());
  if (!former->exists && *edit == Edit::Remove)
    return problem(404, "not_found", "there is no list '" + id.key + "'", "nothing can be removed from it");
  EditedList list = edited(std::move(*former->body.find("values")->if_array()), *std::move(uploaded), *edit);
  const std::size_t count = list.values.size();
  if (count > model::kMostListValues)
    return problem(422, "invalid",
                   "the list would have more than " + std::to_string(model::kMostListValues) + " values",
                   "a condition on an attribute says the same in less room");

  former->body.set("values", std::move(list.values));
  std::vector<model::DocumentText> texts(1);
  texts.front().documents.push_back({id, std::move(former->body)});
  texts.front().lines.emplace_back();
  auto plan = call.context.services.catalogue.plan(call.principal->scope, texts, catalogue::Absent::Keep);
  if (!plan) return problem(plan.error());
  // What is changed from here on, the commit tells.
  if (revision() != read_at)
    return problem(409, "conflict", "the list '" + id.key + "' may have been changed meanwhile",
                   "send it again");
  texts.clear();
  // There is no file of the whole document that a line could be in.
  for (model::Problem& one : plan->problems) one.place.clear();
  for (model::Problem& one : plan->warnings) one.place.clear();
  const auto committed = commit(call, *plan, dry_run ? DryRun::Yes : DryRun::No, "list imported");
  if (!committed) return committed.error();
  Value answer;
  answer.set("key", id.key);
  answer.set("revision", committed->revision);
  answer.set("dry_run", dry_run);
  answer.set("changed", plan->changes_anything());
  answer.set("values", count);
  answer.set("added", list.added);
  answer.set("removed", list.removed);
  answer.set("repeated", list.repeated);
  answer.set("warnings", to_value(plan->warnings));
  return json_response(answer);
}

}  // namespace splitplot::serve::management
