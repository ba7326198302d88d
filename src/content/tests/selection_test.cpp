#include "selection.hpp"

#include "fixture.hpp"

#include <algorithm>
#include <random>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::content {
namespace {

using test::json;
using test::Shop;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kProducts = R"(
- kind: items
  key: products
  items: |
    id,category,price,stock,tags
    1,shoes,30,5,red|sport
    2,shoes,10,0,red
    3,hats,20,1,blue
    4,bags,,4,sport
    5,hats,20,9,
  exclude: [{if: {stock: 0}}]
)";

/// Ids that a selection answers, in order.
std::vector<std::string> selected(const std::string& selection, std::string_view user = "{}") {
  const Shop shop(kProducts + ("- {kind: flag, key: f, content: {target: text, items: {l: {from: products, " +
                               selection + "}}}, variants: {a: \"{{#l}}{{id}}{{/l}}\"}, default: a}\n"));
  const model::Configuration& configuration = shop.configuration();
  const Selection compiled(configuration.flags.find("f")->second.content->items.find("l")->second,
                           configuration.items.find("products")->second);
  const Value value = json(user);
  std::vector<std::string> ids;
  for (const Value* item : compiled.select(model::Attributes(&value)))
    ids.push_back(*item->find("id")->if_text());
  return ids;
}

TEST(Selection, FiltersOrdersAndLimits) {
  EXPECT_THAT(selected("limit: 9"), ElementsAre("1", "3", "4", "5"));
  EXPECT_THAT(selected("where: {category: hats}"), ElementsAre("3", "5"));
  EXPECT_THAT(selected("where: {tags: {$elemMatch: {$eq: sport}}}"), ElementsAre("1", "4"));
  EXPECT_THAT(selected("order: price"), ElementsAre("3", "5", "1", "4"));
  EXPECT_THAT(selected("order: -price"), ElementsAre("1", "3", "5", "4"));
  EXPECT_THAT(selected("order: -category, limit: 2"), ElementsAre("1", "3"));
}

TEST(Selection, FollowsWhatTheUserLikesAndDislikes) {
  const std::string rules =
      "match: [{column: category, in: user.liked}], "
      "exclude: [{column: id, in: cart.ids}, {column: tags, in: disliked}]";
  EXPECT_THAT(selected(rules, R"({"liked": "hats"})"), ElementsAre("3", "5"));
  EXPECT_THAT(selected(rules, R"({"liked": ["hats", "shoes"], "disliked": ["blue"]})"),
              ElementsAre("1", "5"));
  EXPECT_THAT(selected(rules, R"({"cart": {"ids": [1, "3"]}})"), ElementsAre("4", "5"));
  EXPECT_THAT(selected(rules, R"({"liked": ["cars"]})"), IsEmpty());
  // Nobody knows what these like.
  EXPECT_THAT(selected(rules, R"({"liked": [], "disliked": null, "cart": {"ids": {"a": 1}}})"),
              ElementsAre("1", "3", "4", "5"));
}

/// Random catalogues, rules and users: of what is shown, nothing is of a disliked category, bought, or out of stock; and
/// where less is shown than may be, nothing that could have been is missing.
TEST(Selection, NeverAnswersWhatIsExcluded) {
  std::mt19937 random(5);
  const std::vector<std::string> categories{"shoes", "hats", "bags", "coats"};
  const auto some_of = [&](const std::vector<std::string>& all) {
    Value::Array some;
    for (const std::string& one : all) {
      if (random() % 3 == 0) some.emplace_back(one);
    }
    return some;
  };
  std::size_t shown = 0;
  for (int round = 0; round < 300; ++round) {
    Value::Array list;
    std::vector<std::string> ids;
    for (std::size_t i = random() % 40; i > 0; --i) {
      ids.push_back("item-" + std::to_string(i));
      list.emplace_back(Value::Object{{"id", ids.back()},
                                      {"category", categories[random() % categories.size()]},
                                      {"tags", some_of({"red", "blue", "sport"})},
                                      {"stock", static_cast<std::int64_t>(random() % 3)},
                                      {"price", static_cast<double>(random() % 100)}});
    }
    if (list.empty()) continue;
    const Value::Array disliked = some_of(categories);
    const Value::Array bought = some_of(ids);
    const Value user = Value::Object{{"disliked_categories", disliked}, {"bought", bought}};
    const auto rule = [](const char* column, const char* attribute) {
      return Value(Value::Object{{"column", column}, {"in", attribute}});
    };
    const std::size_t limit = 1 + random() % 10;
    const model::Document products{
        {model::DocumentKind::Items, "products"},
        Value::Object{{"items", list},
                      {"exclude", Value::Array{Value::Object{{"if", Value::Object{{"stock", 0}}}},
                                               rule("id", "bought")}}}};
    const model::Document flag{
        {model::DocumentKind::Flag, "f"},
        Value::Object{
            {"content",
             Value::Object{
                 {"target", "text"},
                 {"items",
                  Value::Object{{"l", Value::Object{{"from", "products"},
                                                    {"exclude", Value::Array{rule(
                                                                    "category", "user.disliked_categories")}},
                                                    {"order", random() % 2 == 0 ? "price" : "-price"},
                                                    {"limit", limit}}}}}}},
            {"variants", Value::Object{{"a", "{{#l}}{{id}} {{/l}}"}}},
            {"default", "a"}}};
    const model::Checked checked = check_documents({products, flag});
    ASSERT_THAT(checked.problems, IsEmpty());
    const Contents contents(checked.configuration);
    const auto rendering = contents.render(&checked.configuration.flags.at("f").variants[0].value,
                                           {model::Attributes(&user), &user, nullptr});
    std::set<std::string> here;
    std::istringstream words(*rendering->value.if_text());
    for (std::string id; words >> id;) here.insert(id);
    shown += here.size();
    std::size_t allowed = 0;
    for (const Value& item : list) {
      const bool is_excluded = *item.find("stock")->if_integer() == 0 ||
                               std::ranges::find(disliked, *item.find("category")) != disliked.end() ||
                               std::ranges::find(bought, *item.find("id")) != bought.end();
      EXPECT_FALSE(is_excluded && here.contains(*item.find("id")->if_text()));
      if (!is_excluded) ++allowed;
    }
    EXPECT_EQ(here.size(), std::min(allowed, limit));
  }
  EXPECT_GT(shown, 300U);
}

}  // namespace
}  // namespace splitplot::content
