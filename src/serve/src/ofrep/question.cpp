#include "ofrep/question.hpp"

#include <splitplot/model/json.hpp>

#include <utility>

namespace splitplot::serve::ofrep {
namespace {

constexpr std::size_t kLongestIdBytes = 512;

tl::unexpected<BadContext> bad(BadQuestionKind kind, std::string details) {
  return tl::unexpected(BadContext{kind, std::move(details)});
}

}  // namespace

bool can_be_id_of_event(std::string_view text) {
  return text.size() <= kLongestIdBytes && text.find('\0') == text.npos;
}

tl::expected<Value, BadContext> read_context(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return Value(Value::Object{});
  Result<Value> question = model::parse_json(body);
  if (!question)
    return bad(BadQuestionKind::ParseError, "the body cannot be read: " + question.error().message);
  if (question->if_object() == nullptr)
    return bad(BadQuestionKind::ParseError, "the body is not a JSON object");
  Value* context = question->find("context");
  if (context == nullptr || context->is_null()) return Value(Value::Object{});
  if (context->if_object() == nullptr)
    return bad(BadQuestionKind::InvalidContext, "'context' is not an object");
  const Value* key = context->find("targetingKey");
  if (key != nullptr && !key->is_null() && key->if_text() == nullptr) {
    return bad(BadQuestionKind::InvalidContext, "'targetingKey' is not text");
  }
  for (const std::string_view name : {"targetingKey", "id"}) {
    const Value* id = context->find(name);
    if (id == nullptr || id->if_text() == nullptr || can_be_id_of_event(*id->if_text())) continue;
    return bad(BadQuestionKind::InvalidContext, "'" + std::string(name) + "' is longer than " +
                                                    std::to_string(kLongestIdBytes) +
                                                    " bytes, or holds a NUL character");
  }
  return std::move(*context);
}

std::optional<Unit> unit_of(const Value& context) {
  for (const std::string_view name : {"targetingKey", "id"}) {
    const Value* key = context.find(name);
    if (key == nullptr) continue;
    const std::string* text = key->if_text();
    if (text != nullptr && !text->empty()) return Unit{UnitKind::User, *text};
  }
  return {};
}

}  // namespace splitplot::serve::ofrep
