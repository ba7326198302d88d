#include "management/handlers.hpp"

#include "answers.hpp"
#include "http/target.hpp"
#include "management/body.hpp"
#include "management/change.hpp"
#include "management/document_json.hpp"

#include <splitplot/base/spelling.hpp>

#include <string>
#include <utility>

namespace splitplot::serve::management {
namespace {

constexpr std::size_t kMostFiles = 2000;
constexpr std::uint64_t kHistoryPage = 50;
constexpr std::uint64_t kLargestHistoryPage = 500;

/// Commits the plan, or not, and answers what it changes.
Response carry_out(const Call& call, const catalogue::ChangePlan& plan, DryRun dry_run,
                   std::string_view message) {
  const tl::expected<catalogue::Committed, Response> committed = commit(call, plan, dry_run, message);
  if (!committed) return committed.error();
  Value::Array changes;
  for (const catalogue::DocumentChange& change : plan.changes) changes.push_back(full_change(change));
  Value::Array credentials;
  for (const catalogue::NewCredential& credential : committed->credentials) {
    credentials.push_back(to_value(credential));
  }
  Value answer;
  answer.set("revision", committed->revision);
  answer.set("dry_run", dry_run == DryRun::Yes);
  answer.set("changes", std::move(changes));
  answer.set("warnings", to_value(plan.warnings));
  answer.set("credentials", std::move(credentials));
  return json_response(answer);
}

struct File {
  std::string name;
  std::string text;
};

std::vector<File> files_of(BodyReader& body) {
  std::vector<File> files;
  const std::optional<Value::Array> list = body.list("files");
  constexpr std::string_view kForm = R"(write {"files":[{"name":"flags.yaml","text":"kind: flag ..."}]})";
  body.require("files", list.has_value(), kForm);
  if (!list) return files;
  if (list->size() > kMostFiles) {
    body.complain("/files", "there are more than " + std::to_string(kMostFiles) + " files",
                  "put several documents into one, between lines of ---");
    return files;
  }
  for (std::size_t at = 0; at < list->size(); ++at) {
    const std::string pointer = "/files/" + std::to_string(at);
    const Value* name = (*list)[at].find("name");
    const Value* text = (*list)[at].find("text");
    const bool has_both = name != nullptr && text != nullptr && name->if_text() != nullptr &&
                          text->if_text() != nullptr && (*list)[at].if_object()->size() == 2;
    if (has_both) {
      files.push_back({*name->if_text(), *text->if_text()});
    } else {
      body.complain(pointer, "a file is an object with the texts 'name' and 'text', and nothing else", kForm);
    }
  }
  return files;
}

/// The revision of ?at=.
std::optional<catalogue::Revision> revision_of(const Call& call, std::optional<Response>& fault) {
  return whole_number(call.request, "at", fault);
}

/// A kind in a path or query; `fault` is set if there is none of that name.
std::optional<model::DocumentKind> kind_of(std::string_view name, std::optional<Response>& fault) {
  const std::optional<model::DocumentKind> kind = model::document_kind(name);
  if (kind) return kind;
  std::vector<std::string> names;
  for (const model::DocumentKind known : model::kDocumentKinds) names.emplace_back(model::name_of(known));
  const std::optional<std::string> meant = nearest_name(name, names);
  fault = problem(404, "not_found", "there is no kind of document '" + std::string(name) + "'",
                  meant ? "did you mean '" + *meant + "'?" : "");
  return {};
}

}  // namespace

Response apply(const Call& call) {
  BodyReader body(call.request.body);
  const std::vector<File> files = files_of(body);
  const bool dry_run = body.boolean("dry_run").value_or(false);
  const bool prune = body.boolean("prune").value_or(false);
  const std::string message = message_of(body);
  if (std::optional<Response> fault = body.fault()) return std::move(*fault);

  std::vector<model::DocumentText> texts;
  std::vector<model::Problem> problems;
  for (const File& file : files) {
    auto read = model::read_documents(file.name, file.text);
    if (read) {
      texts.push_back(std::move(*read));
    } else {
      problems.insert(problems.end(), read.error().begin(), read.error().end());
    }
  }
  if (!problems.empty()) return problems_response(problems);
  const Result<catalogue::ChangePlan> plan = call.context.services.catalogue.plan(
      call.principal->scope, texts, prune ? catalogue::Absent::Delete : catalogue::Absent::Keep);
  if (!plan) return problem(plan.error());
  return carry_out(call, *plan, dry_run ? DryRun::Yes : DryRun::No, message);
}

Response roll_back(const Call& call) {
  BodyReader body(call.request.body);
  const std::optional<std::uint64_t> revision = body.whole_number("revision");
  body.require("revision", revision.has_value());
  const bool dry_run = body.boolean("dry_run").value_or(false);
  const std::string message = message_of(body);
  if (std::optional<Response> fault = body.fault()) return std::move(*fault);
  const Result<catalogue::ChangePlan> plan =
      call.context.services.catalogue.plan_rollback(call.principal->scope, *revision);
  if (!plan) return problem(plan.error());
  return carry_out(call, *plan, dry_run ? DryRun::Yes : DryRun::No, message);
}

Response list_documents(const Call& call) {
  std::optional<Response> fault;
  const std::optional<catalogue::Revision> at = revision_of(call, fault);
  std::optional<model::DocumentKind> kind;
  if (const auto name = query_parameter(call.request.query, "kind")) kind = kind_of(*name, fault);
  if (fault) return std::move(*fault);
  const Result<std::vector<model::Document>> documents =
      call.context.services.catalogue.documents(call.principal->scope, at);
  if (!documents) return problem(documents.error());
  Value::Array list;
  for (const model::Document& document : *documents) {
    if (!kind || document.id.kind == *kind) list.push_back(to_value(document));
  }
  Value answer;
  answer.set("documents", std::move(list));
  return json_response(answer);
}

Response get_document(const Call& call) {
  std::optional<Response> fault;
  const std::optional<catalogue::Revision> at = revision_of(call, fault);
  const std::optional<model::DocumentKind> kind = kind_of(call.parameters[0], fault);
  if (fault) return std::move(*fault);
  const Result<model::Document> document =
      call.context.services.catalogue.document(call.principal->scope, {*kind, call.parameters[1]}, at);
  if (!document) return problem(document.error());
  return json_response(to_value(*document));
}

Response history(const Call& call) {
  std::optional<Response> fault;
  const auto limit = whole_number(call.request, "limit", fault);
  const auto before = whole_number(call.request, "before", fault);
  const auto kind_name = query_parameter(call.request.query, "kind");
  const auto key = query_parameter(call.request.query, "key");
  std::optional<model::DocumentId> id;
  if (kind_name.has_value() != key.has_value()) {
    fault = problem(400, "bad_parameter", "'kind' and 'key' name a document only together");
  } else if (kind_name) {
    if (const auto kind = kind_of(*kind_name, fault)) id = model::DocumentId{*kind, *key};
  }
  if (fault) return std::move(*fault);
  const std::uint64_t page = std::min(limit.value_or(kHistoryPage), kLargestHistoryPage);
  const Result<std::vector<catalogue::Change>> changes =
      call.context.services.catalogue.history(call.principal->scope, id, page, before);
  if (!changes) return problem(changes.error());
  Value::Array list;
  for (const catalogue::Change& change : *changes) list.push_back(to_value(change));
  Value answer;
  answer.set("changes", std::move(list));
  return json_response(answer);
}

Response add_key(const Call& call) {
  BodyReader body(call.request.body);
  if (std::optional<Response> fault = body.fault()) return std::move(*fault);
  const Result<catalogue::NewCredential> credential =
      call.context.services.catalogue.add_key(call.principal->scope, call.parameters[0]);
  if (!credential) return problem(credential.error());
  call.context.services.log.info("key added",
                                 {{"connection", credential->connection}, {"author", author_of(call)}});
  return json_response(to_value(*credential), 201);
}

Response revoke_old_keys(const Call& call) {
  const Result<void> revoked =
      call.context.services.catalogue.revoke_old_keys(call.principal->scope, call.parameters[0]);
  if (!revoked) return problem(revoked.error());
  call.context.services.log.info("old keys revoked",
                                 {{"connection", call.parameters[0]}, {"author", author_of(call)}});
  return json_response(Value(Value::Object{}));
}

}  // namespace splitplot::serve::management
