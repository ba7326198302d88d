#include "results/file_handlers.hpp"

#include "answers.hpp"
#include "http/target.hpp"
#include "management/body.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/serve/files.hpp>

#include <string>
#include <utility>

namespace splitplot::serve::results {
namespace {

using management::BodyReader;
using management::problem;

constexpr std::size_t kMostNames = 200;  ///< in a list of the question

Response no_files() {
  return problem(503, "unavailable", "this server analyses no files");
}

std::vector<std::string> texts(BodyReader& body, std::string_view name) {
  std::vector<std::string> answer;
  const auto list = body.list(name);
  if (!list) return answer;
  const std::string pointer = "/" + std::string(name);
  if (list->size() > kMostNames) body.complain(pointer, "there are more than " + std::to_string(kMostNames));
  for (std::size_t i = 0; i < list->size() && i < kMostNames; ++i) {
    if (const std::string* text = (*list)[i].if_text()) {
      answer.push_back(*text);
    } else {
      body.complain(pointer + "/" + std::to_string(i), "this must be text");
    }
  }
  return answer;
}

FileQuestion question_of(BodyReader& body) {
  FileQuestion question;
  const auto variant = body.text("variant");
  body.require("variant", variant.has_value());
  question.variant = variant.value_or("");
  question.control = body.text("control");
  question.unit = body.text("unit");
  question.time = body.text("time");
  question.delimiter = body.text("delimiter");
  question.decimal = body.text("decimal");
  question.metrics = texts(body, "metrics");
  body.require("metrics", !question.metrics.empty());
  question.by = texts(body, "by");
  question.covariates = texts(body, "covariates");
  question.lower_is_better = texts(body, "lower_is_better");
  question.methods = texts(body, "methods");
  question.priors = texts(body, "priors");
  for (const Member& kind : body.object("kinds").value_or(Value::Object{})) {
    const std::string* text = kind.value.if_text();
    if (text == nullptr) body.complain("/kinds", "a kind is proportion or mean");
    if (text != nullptr) question.kinds[kind.name] = *text;
  }
  for (const Member& weight : body.object("weights").value_or(Value::Object{})) {
    const auto number = weight.value.number();
    if (!number) body.complain("/weights", "a weight is a number");
    if (number) question.weights[weight.name] = *number;
  }
  question.alpha = body.number("alpha");
  question.power = body.number("power");
  question.worthwhile = body.number("worthwhile");
  question.missing = body.text("missing");
  question.duplicates = body.text("duplicates");
  question.correction = body.text("correction");
  question.segment_correction = body.text("segment_correction");
  question.pool = body.text("pool");
  question.sequential = body.boolean("sequential").value_or(false);
  question.tune_at = body.whole_number("tune_at");
  return question;
}

Value to_value(const UploadedFile& file) {
  Value::Array columns;
  for (const auto& column : file.columns) {
    columns.push_back(Value::Object{{"name", valid_utf8(column.name)},
                                    {"type", column.type},
                                    {"suggestion", column.suggestion},
                                    {"why", valid_utf8(column.why)}});
  }
  Value::Array sample;
  for (const auto& cells : file.sample) {
    Value::Array row;
    for (const auto& cell : cells) row.push_back(cell ? Value(valid_utf8(*cell)) : Value());
    sample.emplace_back(std::move(row));
  }
  return Value::Object{{"id", file.id},
                       {"name", file.name},
                       {"bytes", file.bytes},
                       {"expires", rfc3339(file.expires)},
                       {"columns", std::move(columns)},
                       {"sample", std::move(sample)}};
}

}  // namespace

Response upload_file(const Call& call) {
  FileAnalyses* files = call.context.services.files;
  if (files == nullptr) return no_files();
  if (call.request.body.empty())
    return problem(400, "empty", "the body is empty", "send the file as the body");
  const auto name = query_parameter(call.request.query, "name");
  const auto kept = files->keep(call.principal->scope, name.value_or(""), call.request.body);
  if (!kept) return problem(kept.error());
  return json_response(to_value(*kept), 201);
}

Response analyse_file(const Call& call) {
  FileAnalyses* files = call.context.services.files;
  if (files == nullptr) return no_files();
  const std::string format = query_parameter(call.request.query, "format").value_or("json");
  if (format != "json" && format != "html")
    return problem(400, "bad_parameter", "there is no format '" + format + "'", "use json or html");
  BodyReader body(call.request.body);
  const FileQuestion question = question_of(body);
  if (std::optional<Response> fault = body.fault()) return std::move(*fault);
  const bool html = format == "html";
  Result<std::string> text = files->analyse(call.principal->scope, call.parameters[0], question,
                                            html ? ResultsFormat::Html : ResultsFormat::Json);
  if (!text) return problem(text.error());
  Response response;
  response.content_type = html ? "text/html; charset=utf-8" : "application/json";
  response.body = *std::move(text);
  return response;
}

Response remove_file(const Call& call) {
  FileAnalyses* files = call.context.services.files;
  if (files == nullptr) return no_files();
  if (const auto removed = files->remove(call.principal->scope, call.parameters[0]); !removed)
    return problem(removed.error());
  Response response;
  response.status = 204;
  return response;
}

}  // namespace splitplot::serve::results
