#include "generated_values.hpp"

#include <splitplot/model/document.hpp>
#include <splitplot/model/json.hpp>

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

/// A document of generated members, their names too.
Document generated_document(RandomStream& random) {
  Document document{{DocumentKind::Flag, "key-1"}, Value::Object{}};
  const std::uint64_t members = random.below(6);
  for (std::uint64_t i = 0; i < members; ++i) {
    const std::string name = test::generated_text(random);
    if (name != "kind" && name != "key") document.body.set(name, test::generated_value(random, 3));
  }
  return document;
}

/// What a reader makes of the document's YAML, as JSON; members in their order.
std::string read_back(const Document& document) {
  const std::string yaml = to_yaml(document);
  const auto text = read_documents("f", yaml);
  if (!text) return yaml + to_text(text.error().front());
  if (text->documents.size() != 1) return yaml + std::to_string(text->documents.size()) + " documents";
  EXPECT_EQ(text->documents[0].id, document.id);
  return to_json(text->documents[0].body);
}

TEST(ToYaml, ReadsBackAsTheSameDocument) {
  RandomStream random(51);
  for (int i = 0; i < 2000; ++i) {
    const Document document = generated_document(random);
    ASSERT_EQ(read_back(document), to_json(document.body)) << to_yaml(document);
  }
}

TEST(ToYaml, TextsStayTexts) {
  for (const char* text : {"yes",
                           "No",
                           "1.0",
                           "0x1F",
                           "null",
                           "~",
                           "2024-01-01",
                           "12:30:45",
                           "1_000",
                           "<<",
                           "",
                           " a",
                           "a ",
                           "a\tb",
                           "-",
                           "- a",
                           "? a",
                           ": a",
                           "a: b",
                           "a #b",
                           "#",
                           "&a",
                           "*a",
                           "!a",
                           "|",
                           ">",
                           "%a",
                           "@a",
                           "`a",
                           "[a",
                           "{a",
                           "a\nb",
                           "a\nb\n",
                           "a\n\nb",
                           "  a\nb",
                           "a\n  b",
                           "\n",
                           "a\n\n",
                           "\r\n",
                           "---",
                           "...",
                           "007",
                           ".inf",
                           "\x7F",
                           "\xC2\x85",
                           "\xE2\x80\xA8",
                           "\xEF\xBB\xBF",
                           "\xF0\x9F\x98\x80",
                           "Gr\xC3\xB6\xC3\x9F"
                           "e"}) {
    const Document document{
        {DocumentKind::Flag, "k"},
        Value::Object{{"v", text}, {text, 1}, {"l", Value::Array{text, Value::Array{text}}}}};
    EXPECT_EQ(read_back(document), to_json(document.body)) << to_yaml(document);
  }
}

TEST(ToYaml, OtherReadersTakeItForTheSame) {
  // Words and numbers of YAML 1.1, and characters that YAML does not print (YAML 1.2.2, production 1).
  const auto written = [](const char* text) {
    const std::string yaml = to_yaml({{DocumentKind::Flag, "k"}, Value::Object{{"v", text}}});
    return yaml.substr(yaml.find("v: "));
  };
  for (const char* text :
       {"yes", "Off", "y", "2024-01-01", "12:30:45", "1_000", "0b1", "1e3", "007", "~", "=", "<<"})
    EXPECT_EQ(written(text), "v: \"" + std::string(text) + "\"\n");
  EXPECT_EQ(written("\x7F\xC2\x85\xE2\x80\xA8\xEF\xBB\xBF\xEF\xBF\xBE"),
            "v: \"\\u007f\\u0085\\u2028\\ufeff\\ufffe\"\n");
  EXPECT_EQ(written("Gr\xC3\xB6\xC3\x9F"
                    "e 7d"),
            "v: Gr\xC3\xB6\xC3\x9F"
            "e 7d\n");
}

TEST(ToYaml, LongNamesAndTexts) {
  for (const std::size_t length : {200U, 1000U, 1024U, 1025U, 5000U}) {
    const std::string text(length, 'x');
    const Document document{{DocumentKind::Flag, "k"},
                            Value::Object{{text, Value::Object{{text + " ", text}, {"a", Value::Array{}}}},
                                          {"l", Value::Array{Value::Object{{text, Value::Array{text, 1}}}}}}};
    EXPECT_EQ(read_back(document), to_json(document.body));
  }
}

TEST(ToYaml, IsWrittenForPeople) {
  const auto body = parse_json(
      R"({"description":"Two lines\nof text\n","type":"string","variants":{"red":"#f00","big":"a b"},
    "on":true,"window":"7d","rules":[{"if":{"email":{"$regex":"@shop"},"plan":{"$in":["pro","team"]}},"serve":"red","rollout":0.2},
    {"experiment":"checkout-test","variants":{}}],"numbers":[1,2.0,null],"nested":[[],[[1]]]})");
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(to_yaml({{DocumentKind::Flag, "checkout"}, *body}),
            "kind: flag\n"
            "key: checkout\n"
            "description: |\n"
            "  Two lines\n"
            "  of text\n"
            "type: string\n"
            "variants:\n"
            "  red: \"#f00\"\n"
            "  big: a b\n"
            "\"on\": true\n"
            "window: 7d\n"
            "rules:\n"
            "  - if:\n"
            "      email:\n"
            "        $regex: \"@shop\"\n"
            "      plan:\n"
            "        $in: [pro, team]\n"
            "    serve: red\n"
            "    rollout: 0.2\n"
            "  - experiment: checkout-test\n"
            "    variants: {}\n"
            "numbers: [1, 2.0, null]\n"
            "nested:\n"
            "  - []\n"
            "  -\n"
            "    - [1]\n");
}

}  // namespace
}  // namespace splitplot::model
