#include "fixture.hpp"

#include <splitplot/model/json.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::content {
namespace {

using test::problems_of;
using test::Shop;
using test::warnings_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kShop = R"(
kind: items
key: products
items: |
  id,category,name,price,stock,tags
  s1,shoes,Runner,59.9,3,sport|red
  s2,shoes,"Boot, brown",120,0,brown
  h1,hats,Beanie,15,7,red
  b1,bags,Tote <big>,25.5,2,
exclude: [{if: {stock: {$lte: 0}}}, {column: id, in: bought}]
---
kind: segment
key: fans
condition: {visits: {$gt: 5}}
---
kind: flag
key: banner
content:
  target: html
  defaults: {user.first_name: there, offers.name: something new}
  blocks:
    greeting:
      - {if: {$inSegment: fans}, text: "Good to see you again, <b>{{user.first_name}}</b>"}
      - {text: "Welcome, {{user.first_name}}"}
  items:
    offers: {from: products, exclude: [{column: category, in: user.disliked}], order: -price, limit: 2}
variants:
  plain: Hello
  offers: "{{greeting}}: {{#offers}}{{name}} for {{price}}{{^-last}}, {{/-last}}{{/offers}}{{^offers}}nothing{{/offers}}"
default: plain
---
kind: flag
key: card
type: json
content:
  defaults: {user.first_name: you}
  items: {offers: {from: products, limit: 3}}
variants:
  small: '{"title": "For {{user.first_name}}"}'
  large: '{"title": "For {{user.first_name}}", "ids": [{{#offers}}{{id}}{{^-last}},{{/-last}}{{/offers}}], "age": {{user.age}}}'
  broken: '{"title": "x", "ids": [{{#user.ids}}{{.}},{{/user.ids}} 0]}'
default: small
)";

TEST(Contents, ShowItemsBlocksAndDefaults) {
  const Shop shop(kShop);
  EXPECT_EQ(shop.text("banner", "offers"), "Welcome, there: Runner for 59.9, Tote &lt;big&gt; for 25.5");
  EXPECT_EQ(shop.text("banner", "offers", R"({"first_name": "A<n", "visits": 9, "bought": ["s1", "b1"]})"),
            "Good to see you again, <b>A&lt;n</b>: Beanie for 15");
  EXPECT_EQ(shop.text("banner", "offers", R"({"disliked": ["shoes", "hats", "bags"]})"),
            "Welcome, there: nothing");
  EXPECT_EQ(shop.text("banner", "plain"), "Hello");
}

TEST(Contents, ValuesThatAreNoTemplatesAreNoneOfTheirs) {
  const Shop shop("{kind: flag, key: f, variants: {a: '{{user.x}}'}, default: a}");
  const Contents contents(shop.configuration());
  EXPECT_FALSE(contents.render(&shop.configuration().flags.find("f")->second.variants[0].value, {}));
  const Value other("x");
  EXPECT_FALSE(contents.render(&other, {}));
}

TEST(Contents, JsonIsAValueAndNotText) {
  const Shop shop(kShop);
  EXPECT_EQ(shop.text("card", "large", R"({"first_name": "\"A\"", "age": 7})"),
            R"({"title":"For \"A\"","ids":["s1","h1","b1"],"age":7})");
  EXPECT_EQ(shop.text("card", "large"), R"({"title":"For you","ids":["s1","h1","b1"],"age":null})");
}

/// `broken` is right for numbers: the list of one user holds what makes it no JSON.
TEST(Contents, WhereAValueIsOfNoUseTheDefaultIsShownAndTheReasonSaid) {
  const Shop shop(R"(
kind: flag
key: card
type: json
content: {target: json, max_bytes: 60, defaults: {user.name: you}}
variants:
  small: '{"title": "For {{user.name}}"}'
  keys: '{"a": {{user.a}}, "{{user.key}}": 1 {{#user.key}}{{/user.key}}}'
default: small
)");
  EXPECT_EQ(shop.text("card", "keys", R"({"key": "b", "a": [2]})"), R"({"a":[2],"b":1})");
  EXPECT_THAT(shop.text("card", "keys", R"({"key": "a", "a": 5, "name": "Ann"})"),
              HasSubstr(R"({"title":"For Ann"} failure: the content of the variant 'keys' is of no use: )"
                        "what it shows is no JSON: "));
  const std::string long_text(100, 'x');
  EXPECT_EQ(shop.text("card", "keys", R"({"key": ")" + long_text + "\"}"),
            R"({"title":"For you"} failure: the content of the variant 'keys' is of no use: )"
            "what it shows is longer than 60 bytes");
  // The default is of no use to this user, either: then as nobody would see it.
  EXPECT_THAT(shop.text("card", "small", R"({"name": ")" + long_text + "\"}"),
              HasSubstr(R"({"title":"For you"} failure: the content of the variant 'small')"));
  const Value user = test::json(R"({"key": "a", "a": 5})");
  EXPECT_EQ(shop.render("card", "keys", user).variant, "small");
}

TEST(Contents, LongTextIsCut) {
  const Shop shop(
      "{kind: flag, key: f, content: {target: text, max_bytes: 5, defaults: {user.x: a}}, "
      "variants: {a: '{{user.x}}'}, default: a}");
  EXPECT_EQ(shop.text("f", "a", R"({"x": "abcdefgh"})"), "abcde");
  EXPECT_TRUE(shop.render("f", "a", test::json(R"({"x": "abcdefgh"})")).is_cut);
  EXPECT_FALSE(shop.render("f", "a", test::json(R"({"x": "abcde"})")).is_cut);
}

std::string flag(const std::string& content, const std::string& variants = "{a: '{{user.x}}', b: B}",
                 const std::string& type = "string") {
  return "- {kind: items, key: products, items: \"id,price\\nx,1\\n\"}\n- {kind: flag, key: f, type: " +
         type + ", content: " + content + ", variants: " + variants + ", default: b}\n";
}

TEST(ContentDocuments, AreCheckedWhenTheyAreSaved) {
  EXPECT_THAT(
      problems_of(flag("{target: html}", "{a: 'x {{user.', b: B}")),
      ElementsAre("f.yaml:2: flag 'f', /variants/a: line 1, column 3: the tag is never closed (write }} "
                  "behind the name)"));
  EXPECT_THAT(
      problems_of(flag("{target: htm}")),
      ElementsAre("f.yaml:2: flag 'f', /content/target: there is no target 'htm' (did you mean 'html'?)"));
  EXPECT_THAT(
      problems_of(flag("{}")),
      ElementsAre("f.yaml:2: flag 'f', /content: 'target' is missing (say where the text is put: html, "
                  "attribute, url, json or text)"));
  EXPECT_THAT(problems_of(flag("{target: html, max: 5}")),
              ElementsAre(HasSubstr("/content/max: there is no member 'max'")));
  EXPECT_THAT(problems_of(flag("{target: html, max_bytes: 0}")),
              ElementsAre(HasSubstr("/content/max_bytes: must be from 1 to 1000000")));
  EXPECT_THAT(
      problems_of(flag("{target: html, defaults: {user.y: 1, user.x: 2}}")),
      ElementsAre("f.yaml:2: flag 'f', /content/defaults/user.y: no variant shows {{user.y}} (did you mean "
                  "'user.x'?)"));
  EXPECT_THAT(
      problems_of(flag("{target: html, defaults: {user.x: [1]}}")),
      ElementsAre(HasSubstr("/content/defaults/user.x: must be text, a number or a boolean, not list")));
  EXPECT_THAT(problems_of(flag("{target: html}", "{a: 5, b: B}")),
              ElementsAre(HasSubstr("/variants/a: must be text, not integer (the flag has 'content'")));
  EXPECT_THAT(problems_of(flag("{target: html}", "{a: A, b: B}", "integer")),
              ElementsAre(HasSubstr("templates make text or JSON")));
  EXPECT_THAT(problems_of(flag("{target: html}", "{a: '{}', b: '[]'}", "json")),
              ElementsAre(HasSubstr("a flag that answers json has the target json")));
}

TEST(ContentDocuments, ItemsAndBlocksMustBeThere) {
  EXPECT_THAT(
      problems_of(flag("{target: html, items: {l: {from: product}}}", "{a: A, b: B}")),
      ElementsAre("f.yaml:2: flag 'f', /content/items/l/from: there is no items 'product' (did you mean "
                  "'products'?)"));
  const std::string shows = "{a: '{{#l}}{{id}}{{/l}}', b: B}";
  EXPECT_THAT(
      problems_of(flag("{target: html, items: {l: {from: products, order: -prize}}}", shows)),
      ElementsAre("f.yaml:2: flag 'f', /content/items/l/order: the items 'products' have no column 'prize' "
                  "(did you mean 'price'?)"));
  EXPECT_THAT(
      problems_of(flag("{target: html, items: {l: {from: products, where: {$or: [{stock: 1}]}}}}", shows)),
      ElementsAre(
          HasSubstr("/content/items/l/where/$or/0/stock: the items 'products' have no column 'stock'")));
  EXPECT_THAT(
      problems_of(
          flag("{target: html, items: {l: {from: products, exclude: [{column: ids, in: bought}]}}}", shows)),
      ElementsAre(HasSubstr("/content/items/l/exclude/0/column: the items 'products' have no column 'ids'")));
  EXPECT_THAT(problems_of(flag("{target: html, items: {l: {from: products, match: [{column: id}]}}}", shows)),
              ElementsAre(HasSubstr("/content/items/l/match/0: a rule names a column and an attribute")));
  EXPECT_THAT(
      problems_of(flag("{target: html, items: {l: {from: products, where: {$inSegment: s}}}}", shows)),
      ElementsAre(HasSubstr("items are in no segment"), HasSubstr("there is no segment 's'")));
  EXPECT_THAT(problems_of(flag("{target: html, items: {l: {from: products, limit: 1001}}}", shows)),
              ElementsAre(HasSubstr("/content/items/l/limit: must be from 1 to 1000")));
  EXPECT_THAT(problems_of(flag("{target: html, items: {user: {from: products}}}", "{a: A, b: B}")),
              ElementsAre(HasSubstr("take another name")));
  EXPECT_THAT(problems_of(flag("{target: html, blocks: {t: [{if: {$inSegment: s}, text: x}, {text: y}]}}",
                               "{a: '{{t}}', b: B}")),
              ElementsAre(HasSubstr("/content/blocks/t/0/if: there is no segment 's'")));
  EXPECT_THAT(problems_of(flag("{target: html, blocks: {t: [{text: x}, {text: y}]}}", "{a: '{{t}}', b: B}")),
              ElementsAre(HasSubstr("never reached")));
  EXPECT_THAT(
      problems_of(flag("{target: html, blocks: {t: [{text: '<b {{user.x}}>'}]}}", "{a: '{{t}}', b: B}")),
      ElementsAre(
          HasSubstr("/content/blocks/t/0/text: line 1, column 4: no value can stand inside of a tag")));
  EXPECT_THAT(
      problems_of(flag("{target: html, blocks: {t: [{text: x}]}}", "{a: '<b title=\"{{t}}\">', b: B}")),
      ElementsAre(HasSubstr("no block can stand inside of a tag")));
}

TEST(ContentDocuments, JsonMustBeJsonForSomebodyOfWhomNothingIsKnown) {
  EXPECT_THAT(
      problems_of(flag("{}", "{a: '{\"x\": }', b: '{}'}", "json")),
      ElementsAre(HasSubstr("/variants/a: where nothing is known of a user, what it shows is no JSON")));
  EXPECT_THAT(problems_of(flag("{}", "{a: '7', b: '{}'}", "json")),
              ElementsAre(HasSubstr("neither an object nor a list")));
  EXPECT_THAT(problems_of(flag("{}", "{a: '{\"x\": {{user.x}}}', b: '{}'}", "json")), IsEmpty());
}

TEST(ContentDocuments, WhatIsProbablyNotMeantIsWarnedOf) {
  EXPECT_THAT(warnings_of(flag("{target: html}")),
              ElementsAre(HasSubstr("/variants/a: nothing stands in for {{user.x}} where it is missing")));
  EXPECT_THAT(warnings_of(flag("{target: html}", "{a: '{{#user.x}}{{user.x}}{{/user.x}}', b: B}")),
              IsEmpty());
  EXPECT_THAT(
      warnings_of(flag("{target: html, defaults: {user.x: y}}", "{a: '{{user.x}}', b: '{{ user.x }}'}")),
      ElementsAre(HasSubstr("/variants/b: it shows what 'a' shows")));
  EXPECT_THAT(warnings_of(flag("{target: html, blocks: {t: [{if: {a: 1}, text: x}]}}", "{a: '{{t}}', b: B}")),
              ElementsAre(HasSubstr("/content/blocks/t: who is in none of the cases is shown nothing")));
  EXPECT_THAT(warnings_of(flag("{target: html, max_bytes: 2}", "{a: abc, b: B}")),
              ElementsAre(HasSubstr("/variants/a: it is longer than content.max_bytes, and is cut")));
}

TEST(ItemDocuments, SayRowAndColumnOfWhatIsWrong) {
  const auto items = [](const std::string& csv, const std::string& more = "") {
    return problems_of("kind: items\nkey: products\n" + more + "items: " + model::to_json(Value(csv)) + "\n");
  };
  EXPECT_THAT(items("id,price\na,1\nb,2\n"), IsEmpty());
  EXPECT_THAT(items("name,price\na,1\n"), ElementsAre(HasSubstr("/items: there is no column 'id'")));
  EXPECT_THAT(items("id,price\na,1\nb,2\na,3\n"),
              ElementsAre(HasSubstr("/items: row 4, column 'id': 'a' is there twice, first in row 2")));
  EXPECT_THAT(items("id,price\n,1\n"), ElementsAre(HasSubstr("row 2, column 'id': the item has no id")));
  EXPECT_THAT(items("id,price\na,1,2\n"), ElementsAre(HasSubstr("row 2: has 3 cells, and the header 2")));
  EXPECT_THAT(items("id,price\na,\"1\n"), ElementsAre(HasSubstr("row 2: a quote is never closed")));
  EXPECT_THAT(items("id,id\na,b\n"), ElementsAre(HasSubstr("the column 'id' is there twice")));
  EXPECT_THAT(items("id,price\na,cheap\n", "columns: {price: number}\n"),
              ElementsAre(HasSubstr("row 2, column 'price': 'cheap' is not of the type number")));
  EXPECT_THAT(items("id,price\na,1\n", "columns: {prize: number}\n"),
              ElementsAre(HasSubstr("there is no column 'prize' (did you mean 'price'?)")));
  EXPECT_THAT(items("id,price\na,1\n", "exclude: [{column: stock, in: bought}]\n"),
              ElementsAre(HasSubstr("/exclude/0/column: there is no column 'stock'")));
  std::string many = "id\n";
  for (int i = 0; i <= 100'000; ++i) many += std::to_string(i) + "\n";
  EXPECT_THAT(items(many), ElementsAre(HasSubstr("row 100002: there are more than 100,000 items")));
  std::string wrong = "id\n";
  for (int i = 0; i < 100; ++i) wrong += "same\n";
  EXPECT_EQ(items(wrong).size(), 21U);
  EXPECT_THAT(items(wrong).back(), HasSubstr("and 79 problems like these"));
}

TEST(ItemDocuments, ColumnsHaveTheNarrowestTypeThatFits) {
  const Shop shop(
      "kind: items\nkey: p\nitems: "
      "\"\\uFEFFid;a;b;c;d;e;f;tags;g\\r\\n007;1;1.5;TRUE;01;x|y;;red||blue;\\r\\n"
      "8;2;2;false;2;\\\"a \\\"\\\"q\\\"\\\"; b\\\";5;;\\n\"\ncolumns: {e: list}\n");
  const model::Items& items = shop.configuration().items.find("p")->second;
  ASSERT_EQ(items.rows->size(), 2U);
  EXPECT_EQ(
      model::to_json((*items.rows)[0]),
      R"({"id":"007","a":1,"b":1.5,"c":true,"d":"01","e":["x","y"],"f":null,"tags":["red","blue"],"g":null})");
  EXPECT_EQ(model::to_json((*items.rows)[1]),
            R"({"id":"8","a":2,"b":2.0,"c":false,"d":"2","e":["a \"q\"; b"],"f":5,"tags":[],"g":null})");
}

TEST(ItemDocuments, AreAlsoListsOfObjects) {
  const Shop shop("{kind: items, key: p, items: [{id: 7, tags: [a], n: 1}, {id: b, n: 2.5, z: {q: 1}}]}");
  const model::Items& items = shop.configuration().items.find("p")->second;
  EXPECT_EQ(model::to_json((*items.rows)[0]), R"({"id":"7","tags":["a"],"n":1.0,"z":null})");
  EXPECT_EQ(model::to_json((*items.rows)[1]), R"({"id":"b","tags":[],"n":2.5,"z":{"q":1}})");
  EXPECT_THAT(problems_of("{kind: items, key: p, items: [{id: a}, 5, {id: a}, {n: 1}]}"),
              ElementsAre(HasSubstr("/items: item 2: must be an object, not integer"),
                          HasSubstr("item 3, column 'id': 'a' is there twice, first in item 1"),
                          HasSubstr("item 4, column 'id': the item has no id")));
}

}  // namespace
}  // namespace splitplot::content
