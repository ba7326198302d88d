#include "management/document_json.hpp"

#include <splitplot/base/time.hpp>

#include <utility>

namespace splitplot::serve::management {
namespace {

Value change_of(const catalogue::DocumentChange& change) {
  Value value;
  value.set("change", name_of(change.kind));
  value.set("kind", model::name_of(change.id.kind));
  value.set("key", change.id.key);
  return value;
}

}  // namespace

std::string_view name_of(catalogue::ChangeKind kind) {
  switch (kind) {
    case catalogue::ChangeKind::Created:
      return "created";
    case catalogue::ChangeKind::Updated:
      return "updated";
    case catalogue::ChangeKind::Deleted:
      return "deleted";
    case catalogue::ChangeKind::Unchanged:
      break;
  }
  return "unchanged";
}

Value to_value(const model::Document& document) {
  Value::Object members;
  members.push_back({"kind", model::name_of(document.id.kind)});
  members.push_back({"key", document.id.key});
  if (const Value::Object* body = document.body.if_object()) {
    members.insert(members.end(), body->begin(), body->end());
  }
  return members;
}

Value to_value(const model::Problem& problem) {
  Value value;
  value.set("place", problem.place);
  value.set("subject", problem.subject);
  value.set("pointer", problem.pointer);
  value.set("detail", problem.message);
  value.set("hint", problem.hint);
  return value;
}

Value to_value(const catalogue::NewCredential& credential) {
  Value value;
  value.set("connection", credential.connection);
  value.set("kind", model::name_of(credential.kind));
  value.set("secret", credential.secret);
  return value;
}

Value full_change(const catalogue::DocumentChange& change) {
  Value value = change_of(change);
  value.set("before", change.before ? to_value(*change.before) : Value());
  value.set("after", change.after ? to_value(*change.after) : Value());
  return value;
}

Value to_value(const catalogue::Change& change) {
  Value::Array documents;
  for (const catalogue::DocumentChange& document : change.documents) documents.push_back(change_of(document));
  Value value;
  value.set("revision", change.revision);
  value.set("time", rfc3339(change.time));
  value.set("author", change.author);
  value.set("message", change.message);
  value.set("documents", std::move(documents));
  return value;
}

}  // namespace splitplot::serve::management
