#include "saved_groups.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace splitplot::decide {
namespace {

/// Levels of JSON and values in it: beyond what model::Condition takes.
constexpr int kDeepest = 100;
constexpr int kMostValues = 50'000;

const Value::Array* values_of(const Value& group) {
  if (const Value::Array* elements = group.if_array()) return elements;
  const Value* type = group.find("type");
  const Value* values = group.find("values");
  return type != nullptr && *type == Value("list") && values != nullptr ? values->if_array() : nullptr;
}

Value nobody() {
  return Value(Value::Object{{"$not", Value::Object{}}});
}

}  // namespace

SavedGroups::SavedGroups(const Value* written) : groups_(written) {
  if (written == nullptr || written->if_object() == nullptr) return;
  for (const Member& group : *written->if_object()) {
    if (const Value::Array* elements = values_of(group.value))
      lists_.emplace(group.name, model::ValueList(*elements));
  }
}

bool SavedGroups::are_named_in(const Value& condition) {
  if (const Value::Array* elements = condition.if_array())
    return std::ranges::any_of(*elements, &SavedGroups::are_named_in);
  const Value::Object* members = condition.if_object();
  return members != nullptr && std::ranges::any_of(*members, [](const Member& member) {
           return member.name == "$savedGroup" || member.name == "$inGroup" || member.name == "$notInGroup" ||
                  are_named_in(member.value);
         });
}

class SavedGroups::Writer {
 public:
  explicit Writer(const SavedGroups& groups) : groups_(groups) {}

  Value write(const Value& value) {
    if (++values_ > kMostValues || depth_ >= kDeepest) is_too_much_ = true;
    if (is_too_much_) return {};
    ++depth_;
    Value written = value;
    if (const Value::Array* elements = value.if_array()) {
      Value::Array all;
      for (const Value& element : *elements) all.push_back(write(element));
      written = Value(std::move(all));
    } else if (const Value::Object* members = value.if_object()) {
      written = write_members(*members);
    }
    --depth_;
    return written;
  }

  [[nodiscard]] bool is_too_much() const { return is_too_much_; }

 private:
  Value write_members(const Value::Object& members) {
    Value written = Value::Object{};
    bool is_nobody = false;
    std::optional<Value> group;
    for (const Member& member : members) {
      const bool asks_list = member.name == "$inGroup" || member.name == "$notInGroup";
      if (member.name == "$savedGroup") {
        group = resolve(member.value);
      } else if (asks_list && is_broken(member.value)) {
        is_nobody = true;
      } else {
        written.set(member.name, write(member.value));
      }
    }
    if (is_nobody) written.set("$in", Value::Array{});
    if (group) add_part(written, std::move(*group));
    return written;
  }

  /// One more condition that must hold.
  static void add_part(Value& written, Value part) {
    Value* parts = written.find("$and");
    if (parts == nullptr) {
      written.set("$and", Value::Array{std::move(part)});
    } else if (parts->if_array() != nullptr) {
      parts->if_array()->push_back(std::move(part));
    }
  }

  /// A list that is not there is empty; one that is no list holds nobody, whichever way it is asked.
  [[nodiscard]] bool is_broken(const Value& name) const {
    return name.if_text() != nullptr && find(*name.if_text()) != nullptr &&
           !groups_.lists_.contains(*name.if_text());
  }

  [[nodiscard]] const Value* find(std::string_view name) const {
    return groups_.groups_ == nullptr ? nullptr : groups_.groups_->find(name);
  }

  Value resolve(const Value& reference) {
    const Value* id = reference.find("id");
    const Value* attribute = reference.find("attributeKey");
    if (id == nullptr || id->if_text() == nullptr) return nobody();
    if (attribute != nullptr && attribute->if_text() == nullptr) return nobody();
    const Value* group = find(*id->if_text());
    const Value* type = group == nullptr ? nullptr : group->find("type");
    if (type == nullptr || std::ranges::find(within_, *id->if_text()) != within_.end()) return nobody();
    if (*type == Value("list")) {
      if (attribute == nullptr) attribute = group->find("attributeKey");
      if (attribute == nullptr || attribute->if_text() == nullptr || is_broken(*id)) return nobody();
      return Value(Value::Object{{*attribute->if_text(), Value::Object{{"$inGroup", *id}}}});
    }
    const Value* condition = group->find("condition");
    if (*type != Value("condition") || condition == nullptr || condition->if_object() == nullptr)
      return nobody();
    within_.push_back(*id->if_text());
    Value written = write(*condition);
    within_.pop_back();
    return written;
  }

  const SavedGroups& groups_;
  std::vector<std::string_view> within_;  ///< groups whose conditions are being written
  int depth_ = 0;
  int values_ = 0;
  bool is_too_much_ = false;
};

std::optional<Value> SavedGroups::written_out(const Value& condition) const {
  Writer writer(*this);
  Value written = writer.write(condition);
  return writer.is_too_much() ? std::nullopt : std::optional(std::move(written));
}

}  // namespace splitplot::decide
