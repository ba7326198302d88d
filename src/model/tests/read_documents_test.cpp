#include <splitplot/base/random.hpp>
#include <splitplot/model/document.hpp>
#include <splitplot/model/json.hpp>

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::model {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

DocumentText read(std::string_view text) {
  auto documents = read_documents("f.yaml", text);
  if (documents) return *documents;
  ADD_FAILURE() << text << "\n" << to_text(documents.error().front());
  return {};
}

/// Body of the only document, as JSON.
std::string body(const std::string& members) {
  const DocumentText text = read("kind: flag\nkey: a\n" + members);
  return text.documents.size() == 1 ? to_json(text.documents.front().body) : "not one document";
}

std::vector<std::string> problems(std::string_view text) {
  const auto documents = read_documents("f.yaml", text);
  if (documents) {
    ADD_FAILURE() << "accepted: " << text;
    return {};
  }
  std::vector<std::string> all;
  for (const Problem& problem : documents.error()) all.push_back(to_text(problem));
  return all;
}

std::vector<std::string> ids(const DocumentText& text) {
  std::vector<std::string> all;
  for (const Document& document : text.documents) all.push_back(to_text(document.id));
  return all;
}

TEST(ReadDocuments, TakesOneDocument) {
  const DocumentText text = read("# a flag\nkind: flag\nenabled: true\nkey: checkout\ndefault: red\n");
  EXPECT_EQ(text.name, "f.yaml");
  EXPECT_THAT(ids(text), ElementsAre("flag 'checkout'"));
  EXPECT_EQ(to_json(text.documents[0].body), R"({"enabled":true,"default":"red"})");
}

TEST(ReadDocuments, TakesSeveralOfAStreamOrList) {
  EXPECT_THAT(ids(read("kind: flag\nkey: a\n---\nkind: layer\nkey: b\n---\n")),
              ElementsAre("flag 'a'", "layer 'b'"));
  EXPECT_THAT(ids(read("- kind: flag\n  key: a\n- {kind: metric, key: b}\n---\nkind: segment\nkey: c\n")),
              ElementsAre("flag 'a'", "metric 'b'", "segment 'c'"));
  EXPECT_THAT(ids(read(R"([{"kind": "flag", "key": "a"}, {"kind": "experiment", "key": "a"}])")),
              ElementsAre("flag 'a'", "experiment 'a'"));
  EXPECT_THAT(ids(read("  {\"key\": \"a\", \"kind\": \"connection\"}")), ElementsAre("connection 'a'"));
  EXPECT_THAT(ids(read("--- {kind: flag, key: a}")), ElementsAre("flag 'a'"));
  EXPECT_THAT(ids(read("")), IsEmpty());
  EXPECT_THAT(ids(read("# nothing yet\n---\n")), IsEmpty());
  EXPECT_THAT(ids(read("[]")), IsEmpty());
  EXPECT_THAT(ids(read("\xEF\xBB\xBFkind: flag\r\nkey: a\r\n")), ElementsAre("flag 'a'"));
}

TEST(ReadDocuments, YamlWordsMeanWhatVersion12Says) {
  // Expectations: YAML 1.2.2, chapter 10.3.2 (core schema).
  EXPECT_EQ(body("v: [true, True, TRUE, false, False, FALSE]"),
            R"({"v":[true,true,true,false,false,false]})");
  EXPECT_EQ(body("v: [yes, no, on, off, y, N, tRUE]"), R"({"v":["yes","no","on","off","y","N","tRUE"]})");
  EXPECT_EQ(body("v: [null, Null, NULL, ~]\nw:"), R"({"v":[null,null,null,null],"w":null})");
  EXPECT_EQ(body("v: [0, -1, +12, 0x1F, 0o17, 9223372036854775807]"),
            R"({"v":[0,-1,12,31,15,9223372036854775807]})");
  EXPECT_EQ(body("v: [1.0, -1.5, +.5, 2., 1e3, 1E-2, 12345678901234567890]"),
            R"({"v":[1.0,-1.5,0.5,2.0,1000.0,0.01,12345678901234567168.0]})");
  EXPECT_EQ(body("v: [\"1\", '1.0', 'true', \"null\", '~']"), R"({"v":["1","1.0","true","null","~"]})");
  EXPECT_EQ(body("v: [2024-01-01, 1_000, 0b1, 12:30:45, 0x, 0xg, 1e, ., 1.2.3, +, 7d]"),
            R"({"v":["2024-01-01","1_000","0b1","12:30:45","0x","0xg","1e",".","1.2.3","+","7d"]})");
  EXPECT_EQ(body("v: !!str 5\nw: ! 6\nx: |\n  7\n"), R"({"v":"5","w":"6","x":"7\n"})");
  EXPECT_EQ(body("on: 1\n5: 2\ntrue: 3"), R"({"on":1,"5":2,"true":3})");
}

TEST(ReadDocuments, YamlAnchorsAreWrittenOut) {
  EXPECT_EQ(body("a: &x {b: [1]}\nc: *x\nd: [*x, &y 5, *y]"),
            R"({"a":{"b":[1]},"c":{"b":[1]},"d":[{"b":[1]},5,5]})");
}

TEST(ReadDocuments, ABombOfAliasesIsRefused) {
  std::string text = "kind: flag\nkey: a\nl0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*l" + std::to_string(i - 1);
    text += "l" + std::to_string(i) + ": &l" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += before + (j < 9 ? ", " : "]\n");
  }
  EXPECT_THAT(problems(text), ElementsAre(HasSubstr("more than 100000 members")));
  EXPECT_THAT(problems("kind: flag\nkey: a\nv: &v [*v]"), ElementsAre(HasSubstr("nested more than 32 deep")));
}

TEST(ReadDocuments, RefusesWhatYamlShouldNotSay) {
  const auto refused = [](const std::string& members) { return problems("kind: flag\nkey: a\n" + members); };
  EXPECT_THAT(refused("x: 1\ny: 2\nx: 3"),
              ElementsAre("f.yaml:5: the name 'x' is there twice, first in line 3 (remove one of them)"));
  EXPECT_THAT(refused("b: &b {c: 1}\nd:\n  <<: *b\n"),
              ElementsAre(AllOf(HasSubstr("f.yaml:5"), HasSubstr("merge keys"))));
  EXPECT_THAT(refused("v: .inf\nw: -.INF\nx: .nan\ny: 1e999\nz: 007"),
              ElementsAre(HasSubstr("f.yaml:3: .inf"), HasSubstr("f.yaml:4"), HasSubstr("f.yaml:5"),
                          AllOf(HasSubstr("f.yaml:6"), HasSubstr("too large")),
                          AllOf(HasSubstr("f.yaml:7"), HasSubstr("leading zeros"))));
  EXPECT_THAT(refused("v: 0xfffffffffffffffff"), ElementsAre(HasSubstr("too large")));
  EXPECT_THAT(refused("? [a, b]\n: 1"), ElementsAre(HasSubstr("a name must be text")));
  EXPECT_THAT(refused("~: 1"), ElementsAre(HasSubstr("a name is missing or null")));
  EXPECT_THAT(refused("v: &n x\n*n : 2"), ElementsAre(HasSubstr("must be written out")));
  EXPECT_THAT(refused("v: !!binary aGk=\nw: !python/object {a: 1}"),
              ElementsAre(HasSubstr("f.yaml:3: the tag"), HasSubstr("f.yaml:4: the tag")));
  EXPECT_THAT(refused("]"), ElementsAre(HasSubstr("f.yaml:3: this is not YAML")));
  EXPECT_THAT(refused("v: *nobody"), ElementsAre(HasSubstr("f.yaml:3: this is not YAML")));
  EXPECT_THAT(refused("v: [1, 2\nw: 3"), ElementsAre(HasSubstr("this is not YAML")));
  EXPECT_THAT(refused("v: \"a\xff\""),
              ElementsAre("f.yaml:3: there are bytes that are not UTF-8 (save the text as UTF-8)"));
  EXPECT_THAT(refused("v: \"a\x04 b\""), ElementsAre(HasSubstr("f.yaml:3: there is a control character")));
  EXPECT_THAT(problems(std::string("\xFE\xFF\0k\0:\0 \0x", 9)), ElementsAre(HasSubstr("not UTF-8")));
  EXPECT_THAT(problems("v: " + std::string(5'000'000, 'x')),
              ElementsAre(HasSubstr("more than 4000000 bytes")));
  EXPECT_THAT(refused("v: " + std::string(5000, '[')), testing::SizeIs(testing::Lt(40)));
  EXPECT_THAT(refused("v: " + std::string(40, '[') + std::string(40, ']')),
              Contains(HasSubstr("more than 32 deep")));
  std::string twice;
  for (int i = 0; i < 1000; ++i) twice += "x: 1\n";
  EXPECT_THAT(refused(twice), testing::SizeIs(100));
}

TEST(ReadDocuments, SaysEverythingThatIsWrongAtOnce) {
  EXPECT_THAT(
      problems(
          "kind: flagg\nkey: a\n---\nkey: b\n---\nkind: flag\n---\nkind: flag\nkey: 'a b'\n---\nkind: flag\n"
          "key: 12\n---\njust text\n---\n- kind: flag\n  key: c\n- 5\n---\nkind: flag\nkey: c\n"),
      ElementsAre(
          "f.yaml:1: there is no kind 'flagg' (did you mean 'flag'?)",
          AllOf(HasSubstr("f.yaml:4: the document says no kind"), HasSubstr("connection, experiment, flag")),
          HasSubstr("f.yaml:6: the document has no key"), HasSubstr("f.yaml:9: 'a b' is not a key"),
          HasSubstr("f.yaml:12: the key of a document must be text, not integer"),
          HasSubstr("f.yaml:14: a document is an object, not text"),
          HasSubstr("f.yaml:18: a list of documents holds objects, not integer"),
          "f.yaml:21: flag 'c': it is there twice, first in line 17 (remove one of them, or give it another "
          "key)"));
}

TEST(ReadDocuments, JsonIsStrict) {
  EXPECT_THAT(
      problems("{\n\"kind\": \"flag\",\n\"key\": \"a\",\n}"),
      ElementsAre(AllOf(HasSubstr("f.yaml:4: this is not JSON: column 1"), HasSubstr("put --- before it"))));
  EXPECT_THAT(problems("{\"kind\": \"flag\",\n \"key\": \"a\", \"key\": \"b\"}"),
              ElementsAre(HasSubstr("f.yaml:2")));
  EXPECT_THAT(problems("[1]"), ElementsAre(HasSubstr("holds objects")));
}

TEST(ReadDocuments, KnowsTheLineOfEverything) {
  const DocumentText yaml = read(
      "kind: flag\nkey: a\n\nrules:\n  - serve: x\n    if:\n      a/b~c: 1\n  - {serve: y,\n     id: z}\n");
  const std::map<std::string, int> expected{
      {"", 1},         {"/kind", 1},          {"/key", 2},        {"/rules", 4},
      {"/rules/0", 5}, {"/rules/0/serve", 5}, {"/rules/0/if", 6}, {"/rules/0/if/a~1b~0c", 7},
      {"/rules/1", 8}, {"/rules/1/serve", 8}, {"/rules/1/id", 9}};
  EXPECT_EQ(yaml.lines.at(0), expected);

  const DocumentText list = read(
      "\n[ {\"kind\": \"flag\",\n  \"key\": \"a\", \"t\": \"}]\\\"\\\\\" ,\n  \"l\": [1,\n {\"m\":\n []},\n "
      "true]},\n{\"kind\": \"flag\","
      "\"key\": \"b\"}]");
  const std::map<std::string, int> first{{"", 2},     {"/kind", 2}, {"/key", 3},   {"/t", 3},  {"/l", 4},
                                         {"/l/0", 4}, {"/l/1", 5},  {"/l/1/m", 5}, {"/l/2", 7}};
  EXPECT_EQ(list.lines.at(0), first);
  EXPECT_EQ(list.lines.at(1), (std::map<std::string, int>{{"", 8}, {"/kind", 8}, {"/key", 8}}));
}

TEST(ReadDocuments, ProblemsFoundLaterGetTheirPlace) {
  const std::vector<DocumentText> texts{
      read("kind: flag\nkey: a\nrules:\n  - serve: x\n"),
      {.name = "g.yaml", .documents = {{{DocumentKind::Flag, "a"}, {}}}, .lines = {{{"", 3}, {"/key", 4}}}}};
  const auto place = [&texts](std::string subject, std::string pointer) {
    std::vector<Problem> found{{.place = {},
                                .subject = std::move(subject),
                                .pointer = std::move(pointer),
                                .message = {},
                                .hint = {}}};
    add_places(found, texts);
    return found.front().place;
  };
  EXPECT_EQ(place("flag 'a'", "/rules/0/serve"), "f.yaml:4");
  EXPECT_EQ(place("flag 'a'", "/rules/0/if/email"), "f.yaml:4");
  EXPECT_EQ(place("flag 'a'", "/default"), "f.yaml:1");
  EXPECT_EQ(place("flag 'a'", "/key"), "f.yaml:2, g.yaml:4");
  EXPECT_EQ(place("flag 'b'", "/key"), "");
}

TEST(ReadDocuments, AProblemReadsAsASentence) {
  EXPECT_EQ(
      to_text(Problem{"flags.yaml:12", "flag 'checkout'", "/rules/0/serve", "there is no variant 'blue'",
                      "did you mean 'bleu'?"}),
      "flags.yaml:12: flag 'checkout', /rules/0/serve: there is no variant 'blue' (did you mean 'bleu'?)");
  EXPECT_EQ(to_text(Problem{"", "", "/a", "it is wrong", ""}), "/a: it is wrong");
  EXPECT_EQ(to_text(Problem{"", "", "", "it is wrong", ""}), "it is wrong");
}

TEST(ReadDocuments, KindsAndTheirNamesAreOneToOne) {
  for (const DocumentKind kind : kDocumentKinds) EXPECT_EQ(document_kind(name_of(kind)), kind);
  EXPECT_FALSE(document_kind("flags"));
  EXPECT_FALSE(document_kind("Flag"));
}

TEST(ReadDocuments, AnyDamageIsRefusedOrReadsAsSomething) {
  const std::string good =
      "kind: flag\nkey: a\nvariants: {on: &t true, off: \"n\\u0041\"}\nrules:\n  - if: {a: [1, 2.5]}\n    "
      "serve: on\n"
      "  - >\n    folded\n  - 'it''s'\n? long\n: *t\n---\n[1, {x: }]\n";
  static constexpr std::string_view kCharacters = "\n :-[]{}\"'&*!|>?%@#,\t.a0\\~";
  RandomStream random(46);
  int refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = good;
    for (std::uint64_t edits = 1 + random.below(4); edits > 0; --edits) {
      const std::size_t at = random.below(text.size());
      if (random.bernoulli(0.3)) {
        text.erase(at, 1 + random.below(6));
      } else {
        text.insert(at, 1, kCharacters[random.below(kCharacters.size())]);
      }
    }
    const auto documents = read_documents("f", text);
    if (documents) continue;
    ++refused;
    for (const Problem& problem : documents.error())
      EXPECT_THAT(problem.place, testing::StartsWith("f:")) << text;
  }
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace splitplot::model
