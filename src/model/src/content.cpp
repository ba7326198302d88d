#include "content.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace splitplot::model {
namespace {

constexpr std::size_t kMostBytes = 1'000'000;
constexpr std::size_t kMostBlocks = 100;
/// Each is a look through thousands of items while somebody waits.
constexpr std::size_t kMostSelections = 10;
constexpr std::size_t kMostCases = 100;
constexpr std::size_t kMostRules = 20;
constexpr std::size_t kMostShown = 1000;

/// Whether a template can say it: letters, digits, '_' and '-', beginning with a letter or '_'.
bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
  });
}

/// The members of an object of named things; names are what templates can say.
template <typename Read>
void read_named(ObjectReader& reader, std::string_view member, std::size_t most, const Read& read) {
  const Value* written = reader.take(member);
  if (written == nullptr) return;
  const Value::Object* things = written->if_object();
  if (things == nullptr) return expected("an object", *written, reader.at(member));
  if (things->size() > most) return reader.at(member).problem("there are more than " + std::to_string(most));
  for (const Member& thing : *things) {
    const Spot place = reader.at(member).at(thing.name);
    if (!is_name(thing.name))
      place.problem("a template cannot say the name '" + thing.name + "'",
                    "use letters, digits, '_' and '-', beginning with a letter");
    else if (thing.name == "user" || thing.name == "context")
      place.problem("'" + thing.name + "' is the name of what is known of the user", "take another name");
    read(thing.name, thing.value, place);
  }
}

TextBlock read_block(const Value& written, const Spot& spot) {
  TextBlock block;
  const Value::Array* cases = written.if_array();
  if (cases == nullptr) {
    expected("a list", written, spot, "write [{if: {$inSegment: new}, text: Welcome}, {text: Hello}]");
    return block;
  }
  if (cases->size() > kMostCases) {
    spot.problem("a block has at most " + std::to_string(kMostCases) + " cases");
    return block;
  }
  for (std::size_t i = 0; i < cases->size(); ++i) {
    ObjectReader reader((*cases)[i], spot.at(i));
    const bool is_last = i + 1 == cases->size();
    const bool is_for_all = reader.take("if") == nullptr;
    WrittenCondition condition = reader.condition("if");
    const Value* text = reader.require("text", "say what is shown");
    if (text != nullptr && text->if_text() == nullptr) expected("text", *text, reader.at("text"));
    reader.finish();
    std::string shown = text != nullptr && text->if_text() != nullptr ? *text->if_text() : "";
    if (is_for_all && !is_last)
      spot.at(i).problem("cases behind one without 'if' are never reached", "put it last");
    if (is_for_all) {
      block.otherwise = std::move(shown);
    } else {
      block.cases.push_back({std::move(condition), std::move(shown)});
    }
    if (is_last && !is_for_all)
      spot.warning("who is in none of the cases is shown nothing", "add a last case without 'if'");
  }
  return block;
}

void read_order(ObjectReader& reader, ItemSelection& selection) {
  const std::optional<std::string> order = reader.text("order");
  if (!order) return;
  const bool descends = order->starts_with('-');
  selection.order = descends ? ItemSelection::Order::Descending : ItemSelection::Order::Ascending;
  selection.order_by = order->substr(descends ? 1 : 0);
}

ItemSelection read_selection(const Value& written, const Spot& spot) {
  ObjectReader reader(written, spot);
  ItemSelection selection;
  reader.require("from", "name a document of the kind 'items'");
  selection.from = reader.key("from").value_or("");
  if (!selection.from.empty()) reader.at("from").refers_to(DocumentKind::Items, selection.from);
  selection.where = read_item_condition(reader, "where");
  selection.match = read_item_rules(reader, "match");
  selection.exclude = read_item_rules(reader, "exclude");
  read_order(reader, selection);
  if (const std::optional<std::int64_t> limit = reader.integer("limit")) {
    if (*limit < 1 || *limit > static_cast<std::int64_t>(kMostShown))
      reader.at("limit").problem("must be from 1 to " + std::to_string(kMostShown));
    else
      selection.limit = static_cast<std::size_t>(*limit);
  }
  reader.finish();
  return selection;
}

ContentTarget read_target(ObjectReader& reader, std::optional<ValueType> declared) {
  const std::optional<ContentTarget> target =
      reader.choice<ContentTarget>("target", {{"html", ContentTarget::Html},
                                              {"attribute", ContentTarget::Attribute},
                                              {"url", ContentTarget::Url},
                                              {"json", ContentTarget::Json},
                                              {"text", ContentTarget::Text}});
  const bool answers_json = declared == ValueType::Json;
  if (!target) {
    if (reader.take("target") == nullptr && !answers_json)
      reader.spot().problem("'target' is missing",
                            "say where the text is put: html, attribute, url, json or text");
    return answers_json ? ContentTarget::Json : ContentTarget::Text;
  }
  if (answers_json && *target != ContentTarget::Json)
    reader.at("target").problem("a flag that answers json has the target json",
                                "remove the member, or write type: string");
  return *target;
}

}  // namespace

WrittenCondition read_item_condition(ObjectReader& reader, std::string_view name) {
  WrittenCondition condition = reader.condition(name);
  if (!condition.compiled->segments().empty())
    reader.at(name).problem("items are in no segment", "ask for columns of the items");
  return condition;
}

std::vector<ItemRule> read_item_rules(ObjectReader& reader, std::string_view name) {
  std::vector<ItemRule> rules;
  const Value* written = reader.take(name);
  if (written == nullptr) return rules;
  const Value::Array* elements = written->if_array();
  if (elements == nullptr) {
    expected("a list", *written, reader.at(name),
             "write [{column: category, in: disliked_categories}, {if: {stock: 0}}]");
    return rules;
  }
  if (elements->size() > kMostRules) {
    reader.at(name).problem("there are more than " + std::to_string(kMostRules) + " rules");
    return rules;
  }
  for (std::size_t i = 0; i < elements->size(); ++i) {
    ObjectReader one((*elements)[i], reader.at(name).at(i));
    ItemRule rule;
    rule.column = one.text("column").value_or("");
    rule.attribute = one.text("in").value_or("");
    // Both spellings: it is the same as what a template calls {{user.bought}}.
    if (rule.attribute.starts_with("user.")) rule.attribute.erase(0, 5);
    const bool has_condition = one.take("if") != nullptr;
    rule.condition = read_item_condition(one, "if");
    one.finish();
    const bool has_column = one.take("column") != nullptr && one.take("in") != nullptr;
    const bool has_half = (one.take("column") != nullptr) != (one.take("in") != nullptr);
    if ((*elements)[i].if_object() != nullptr && (has_half || has_column == has_condition))
      one.spot().problem("a rule names a column and an attribute of the user, or has a condition",
                         "write {column: id, in: bought} or {if: {stock: 0}}");
    rules.push_back(std::move(rule));
  }
  return rules;
}

void require_templates(const Flag& flag, const Spot& variants) {
  for (const FlagVariant& variant : flag.variants) {
    if (variant.value.if_text() == nullptr)
      expected("text", variant.value, variants.at(variant.key),
               "the flag has 'content': its values are templates");
  }
}

std::shared_ptr<const Content> read_content(const Value& written, const Spot& spot,
                                            std::optional<ValueType> declared) {
  auto content = std::make_shared<Content>();
  if (declared && declared != ValueType::Text && declared != ValueType::Json)
    spot.problem("templates make text or JSON", "write type: string or type: json");
  ObjectReader reader(written, spot);
  content->target = read_target(reader, declared);
  if (const std::optional<std::int64_t> bytes = reader.integer("max_bytes")) {
    if (*bytes < 1 || *bytes > static_cast<std::int64_t>(kMostBytes))
      reader.at("max_bytes").problem("must be from 1 to " + std::to_string(kMostBytes));
    else
      content->max_bytes = static_cast<std::size_t>(*bytes);
  }
  if (const Value* defaults = reader.take("defaults")) {
    const Spot place = reader.at("defaults");
    if (defaults->if_object() == nullptr) {
      expected("an object", *defaults, place, "write {user.first_name: there}");
    } else {
      for (const Member& member : *defaults->if_object()) {
        if (member.value.if_array() != nullptr || member.value.if_object() != nullptr ||
            member.value.is_null())
          expected("text, a number or a boolean", member.value, place.at(member.name));
        content->defaults.emplace(member.name, member.value);
      }
    }
  }
  read_named(reader, "blocks", kMostBlocks,
             [&](const std::string& name, const Value& value, const Spot& place) {
               content->blocks.emplace(name, read_block(value, place));
             });
  read_named(reader, "items", kMostSelections,
             [&](const std::string& name, const Value& value, const Spot& place) {
               if (content->blocks.contains(name))
                 place.problem("a block has the same name", "give one of them another");
               content->items.emplace(name, read_selection(value, place));
             });
  reader.finish();
  return content;
}

}  // namespace splitplot::model
