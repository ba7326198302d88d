#include "answers.hpp"

#include "json_text.hpp"
#include "site/handlers.hpp"

#include <splitplot/model/json.hpp>

namespace splitplot::serve {
namespace {

std::string sentence(const Refusal& refusal) {
  if (refusal.hint.empty()) return refusal.detail;
  return refusal.detail + " (" + refusal.hint + ")";
}

std::string problem_body(const Refusal& refusal) {
  std::string body = R"({"type":"about:blank","title":)";
  append_json_text(body, reason_phrase(refusal.status));
  body.append(R"(,"status":)").append(std::to_string(refusal.status)).append(R"(,"code":)");
  append_json_text(body, refusal.code);
  body.append(R"(,"detail":)");
  append_json_text(body, refusal.detail);
  if (!refusal.hint.empty()) {
    body.append(R"(,"hint":)");
    append_json_text(body, refusal.hint);
  }
  if (!refusal.errors.is_null()) {
    body.append(R"(,"errors":)");
    model::append_json(body, refusal.errors);
  }
  body.append("}");
  return body;
}

std::string ofrep_body(const Refusal& refusal) {
  // Only these are OpenFeature's; clients turn others into exceptions.
  const bool is_known = refusal.code == "PARSE_ERROR" || refusal.code == "TARGETING_KEY_MISSING" ||
                        refusal.code == "INVALID_CONTEXT" || refusal.code == "FLAG_NOT_FOUND";
  std::string body = R"({"key":)";
  append_json_text(body, refusal.key);
  body.append(R"(,"errorCode":")").append(is_known ? refusal.code : "GENERAL").append(R"(","errorDetails":)");
  append_json_text(body, sentence(refusal));
  body.append(R"(,"metadata":{}})");
  return body;
}

std::string segment_body(const Refusal& refusal) {
  std::string body = R"({"success":false,"code":)";
  append_json_text(body, refusal.code);
  body.append(R"(,"message":)");
  append_json_text(body, sentence(refusal));
  body.append("}");
  return body;
}

std::string growthbook_body(const Refusal& refusal) {
  std::string body = R"({"status":)" + std::to_string(refusal.status) + R"(,"error":)";
  append_json_text(body, sentence(refusal));
  body.append("}");
  return body;
}

}  // namespace

ErrorForm form_of_path(std::string_view path) {
  if (path.starts_with("/ofrep/")) return ErrorForm::Ofrep;
  if (path.starts_with("/v1/")) return ErrorForm::Segment;
  for (const std::string_view own : {"/api/features/", "/api/eval/", "/sub/", "/track"}) {
    if (path.starts_with(own)) return ErrorForm::GrowthBook;
  }
  return ErrorForm::Problem;
}

Response error_response(ErrorForm form, const Refusal& refusal) {
  Response response;
  response.status = refusal.status;
  switch (form) {
    case ErrorForm::Problem:
      response.content_type = "application/problem+json";
      response.body = problem_body(refusal);
      break;
    case ErrorForm::Ofrep:
      response.content_type = "application/json";
      response.body = ofrep_body(refusal);
      break;
    case ErrorForm::Segment:
      response.content_type = "application/json";
      response.body = segment_body(refusal);
      break;
    case ErrorForm::GrowthBook:
      response.content_type = "application/json";
      response.body = growthbook_body(refusal);
      break;
    case ErrorForm::Page:
      response = site::error_page(refusal);
      break;
  }
  if (refusal.status == 429 || refusal.status == 503) {
    response.headers.add("Retry-After", std::to_string(refusal.retry_after.count()));
  }
  if (refusal.status == 401) response.headers.add("WWW-Authenticate", "Bearer");
  return response;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument:
      return 400;
    case ErrorCode::NotFound:
      return 404;
    case ErrorCode::BadData:
      return 422;
    case ErrorCode::Conflict:
      return 409;
    case ErrorCode::Forbidden:
      return 403;
    case ErrorCode::Cancelled:
    case ErrorCode::ResourceLimit:  // the server's disk or memory: who asks did not ask too often
    case ErrorCode::Unavailable:
      return 503;
    case ErrorCode::Unreadable:
    case ErrorCode::Internal:
      break;
  }
  return 500;
}

Refusal refusal_of(const Error& error) {
  return {.status = status_of(error.code),
          .code = std::string(name_of(error.code)),
          .detail = error.message,
          .hint = error.hint,
          .errors = {},
          .key = {}};
}

Response json_response(const Value& value, int status) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  model::append_json(response.body, value);
  return response;
}

}  // namespace splitplot::serve
