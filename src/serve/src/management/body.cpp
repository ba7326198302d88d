#include "management/body.hpp"

#include "http/target.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/model/json.hpp>

#include <charconv>
#include <utility>

namespace splitplot::serve::management {
namespace {

/// A name inside a JSON pointer (RFC 6901).
std::string escaped(std::string_view name) {
  std::string text;
  for (const char character : name) {
    if (character == '~') {
      text.append("~0");
    } else if (character == '/') {
      text.append("~1");
    } else {
      text.push_back(character);
    }
  }
  return text;
}

}  // namespace

BodyReader::BodyReader(std::string_view body) : members_(Value::Object{}) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
  Result<Value> read = model::parse_json(body, {}, model::DuplicateNames::Refuse);
  if (!read) {
    unreadable_ =
        problem(400, "bad_json", "the body cannot be read: " + read.error().message, read.error().hint);
  } else if (read->if_object() == nullptr) {
    unreadable_ = problem(400, "bad_json", "the body is not a JSON object", "it begins with {");
  } else {
    members_ = std::move(*read);
  }
}

std::optional<Value> BodyReader::take(std::string_view name) {
  names_.emplace_back(name);
  Value* member = members_.find(name);
  if (member == nullptr) return {};
  Value value = std::move(*member);
  members_.erase(name);
  return value;
}

void BodyReader::complain_of_kind(std::string_view name, std::string_view kind) {
  complain("/" + std::string(name), "'" + std::string(name) + "' must be " + std::string(kind));
}

std::optional<std::string> BodyReader::text(std::string_view name) {
  std::optional<Value> value = take(name);
  if (!value) return {};
  if (const std::string* text = value->if_text()) return *text;
  complain_of_kind(name, "text");
  return {};
}

std::optional<bool> BodyReader::boolean(std::string_view name) {
  const std::optional<Value> value = take(name);
  if (!value) return {};
  if (const bool* truth = value->if_boolean()) return *truth;
  complain_of_kind(name, "true or false");
  return {};
}

std::optional<std::uint64_t> BodyReader::whole_number(std::string_view name) {
  const std::optional<Value> value = take(name);
  if (!value) return {};
  const std::int64_t* number = value->if_integer();
  if (number != nullptr && *number >= 0) return static_cast<std::uint64_t>(*number);
  complain_of_kind(name, "a whole number, 0 or more");
  return {};
}

std::optional<double> BodyReader::number(std::string_view name) {
  const std::optional<Value> value = take(name);
  if (!value) return {};
  if (const auto number = value->number()) return number;
  complain_of_kind(name, "a number");
  return {};
}

std::optional<Value::Object> BodyReader::object(std::string_view name) {
  std::optional<Value> value = take(name);
  if (!value) return {};
  if (Value::Object* members = value->if_object()) return std::move(*members);
  complain_of_kind(name, "an object");
  return {};
}

std::optional<Value::Array> BodyReader::list(std::string_view name) {
  std::optional<Value> value = take(name);
  if (!value) return {};
  if (Value::Array* elements = value->if_array()) return std::move(*elements);
  complain_of_kind(name, "a list");
  return {};
}

void BodyReader::complain(std::string_view pointer, std::string_view detail, std::string_view hint) {
  complaints_.push_back(complaint(pointer, detail, hint));
}

void BodyReader::require(std::string_view name, bool is_there, std::string_view hint) {
  if (!is_there && complaints_.empty()) complain("", "'" + std::string(name) + "' is missing", hint);
}

std::optional<Response> BodyReader::fault() {
  if (unreadable_) return unreadable_;
  for (const Member& member : *members_.if_object()) {
    const std::optional<std::string> meant = nearest_name(member.name, names_);
    complain("/" + escaped(member.name), "there is no member '" + member.name + "' here",
             meant ? "did you mean '" + *meant + "'?" : "");
  }
  if (complaints_.empty()) return {};
  return unprocessable(std::move(complaints_));
}

Value complaint(std::string_view pointer, std::string_view detail, std::string_view hint) {
  Value value;
  value.set("pointer", pointer);
  value.set("detail", detail);
  if (!hint.empty()) value.set("hint", hint);
  return value;
}

Response unprocessable(Value::Array complaints) {
  return error_response(ErrorForm::Problem, {.status = 422,
                                             .code = "invalid",
                                             .detail = "the request cannot be carried out as it is",
                                             .hint = {},
                                             .errors = std::move(complaints),
                                             .key = {}});
}

Response problem(const Error& error) {
  return error_response(ErrorForm::Problem, refusal_of(error));
}

Response problem(int status, std::string code, std::string detail, std::string hint) {
  return error_response(ErrorForm::Problem, {.status = status,
                                             .code = std::move(code),
                                             .detail = std::move(detail),
                                             .hint = std::move(hint),
                                             .errors = {},
                                             .key = {}});
}

std::optional<std::uint64_t> whole_number(const Request& request, std::string_view name,
                                          std::optional<Response>& fault) {
  const std::optional<std::string> text = query_parameter(request.query, name);
  if (!text) return {};
  std::uint64_t number = 0;
  const char* const end = text->data() + text->size();
  const auto [stopped, error] = std::from_chars(text->data(), end, number);
  if (error == std::errc{} && stopped == end) return number;
  fault = problem(400, "bad_parameter",
                  "the parameter '" + std::string(name) + "' must be a whole number, 0 or more");
  return {};
}

}  // namespace splitplot::serve::management
