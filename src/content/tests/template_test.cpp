#include "fixture.hpp"

#include <splitplot/base/utf8.hpp>

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <kainjow/mustache.hpp>

namespace splitplot::content {
namespace {

using model::ContentTarget;
using test::shown;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Template, ShowsWhatIsKnownOfTheUser) {
  EXPECT_EQ(shown("Hello {{user.name}}, {{ user.address.city }}!",
                  R"({"name": "Ann", "address": {"city": "Ulm"}})"),
            "Hello Ann, Ulm!");
  EXPECT_EQ(shown("{{user.a}} {{user.b}} {{user.c}} {{user.d}}",
                  R"({"a": 7, "b": 2.50, "c": true, "d": ["x", 1]})"),
            "7 2.5 true x, 1");
  EXPECT_EQ(shown("[{{user.gone}}{{user.none}}{{user.thing}}{{context.gone.deeper}}]",
                  R"({"none": null, "thing": {"a": 1}})"),
            "[]");
}

TEST(Template, SectionsFollowWhatIsTrueAndWhatIsAList) {
  EXPECT_EQ(shown("{{#user.vip}}yes{{/user.vip}}{{^user.vip}}no{{/user.vip}}", R"({"vip": true})"), "yes");
  for (const char* nothing :
       {"{}", R"({"vip": false})", R"({"vip": null})", R"({"vip": ""})", R"({"vip": 0})", R"({"vip": []})"})
    EXPECT_EQ(shown("{{#user.vip}}yes{{/user.vip}}{{^user.vip}}no{{/user.vip}}", nothing), "no") << nothing;
  EXPECT_EQ(shown("{{#user.pets}}{{-index}}:{{name}}{{^-last}}, {{/-last}}{{/user.pets}}",
                  R"({"pets": [{"name": "Rex"}, {"name": "Tom"}]})"),
            "1:Rex, 2:Tom");
  EXPECT_EQ(
      shown("{{#user.tags}}{{#-first}}Tags: {{/-first}}{{.}};{{/user.tags}}", R"({"tags": ["a", "b"]})"),
      "Tags: a;b;");
  EXPECT_EQ(shown("{{#user.home}}{{city}}, {{user.name}}{{/user.home}}",
                  R"({"home": {"city": "Ulm"}, "name": "A"})"),
            "Ulm, A");
}

TEST(Template, LinesOfNothingButATagAreNotShown) {
  EXPECT_EQ(shown("<ul>\n  {{#user.tags}}\n  <li>{{.}}</li>\n  {{/user.tags}}\n</ul>\n{{! the end }}\n",
                  R"({"tags": ["a", "b"]})"),
            "<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>\n");
  EXPECT_EQ(shown("a {{! said aside }} b"), "a  b");
}

TEST(Template, EscapesByThePlaceInHtml) {
  const char* user = R"({"x": "<b>\"'&`", "url": "https://a.example/?q=1&r=2", "q": "a b/&c"})";
  EXPECT_EQ(shown("<p title=\"{{user.x}}\">{{user.x}}</p>", user),
            "<p title=\"&lt;b&gt;&quot;&#39;&amp;&#96;\">&lt;b&gt;&quot;&#39;&amp;&#96;</p>");
  EXPECT_EQ(shown("<a href=\"{{user.url}}\">", user), "<a href=\"https://a.example/?q=1&amp;r=2\">");
  EXPECT_EQ(shown("<a href='/s?q={{user.q}}'>", user), "<a href='/s?q=a%20b%2F%26c'>");
}

TEST(Template, AddressesThatRunSomethingAreNotShown) {
  for (const char* address : {"javascript:alert(1)", " JavaScript:alert(1)", "java\\tscript:alert(1)",
                              "data:text/html,x", "vbscript:x", "\\u0001javascript:x", "blob:x"})
    EXPECT_EQ(shown("<a href=\"{{user.u}}\">", std::string(R"({"u": ")") + address + "\"}"), "<a href=\"#\">")
        << address;
  for (const char* address : {"/a:b", "?a:b", "a/b", "HTTPS://x.example", "mailto:a@b.example", ""})
    EXPECT_EQ(shown("<a href=\"{{user.u}}\">", std::string(R"({"u": ")") + address + "\"}"),
              std::string("<a href=\"") + address + "\">");
  // Pieces of an address that are harmless by themselves.
  EXPECT_EQ(shown("<a href=\"{{#user.l}}{{.}}{{/user.l}}\">", R"j({"l": ["javascript", ":alert(1)"]})j"),
            "<a href=\"javascript%3Aalert%281%29\">");
  EXPECT_EQ(shown("<a href=\"{{user.a}}{{user.b}}\">", R"j({"a": "javascript", "b": ":alert(1)"})j"),
            "<a href=\"javascript%3Aalert%281%29\">");
}

TEST(Template, RefusesValuesWhereHtmlHasNoSafeWayToEscapeThem) {
  EXPECT_THAT(shown("<a href={{user.x}}>"), HasSubstr("needs quotes around it"));
  EXPECT_THAT(shown("<a onclick=\"f('{{user.x}}')\">"), HasSubstr("whose text is code"));
  EXPECT_THAT(shown("<p STYLE=\"color: {{user.x}}\">"), HasSubstr("whose text is code"));
  EXPECT_THAT(shown("<script>f('{{user.x}}')</script>"), HasSubstr("script element"));
  EXPECT_THAT(shown("<!-- {{user.x}} -->"), HasSubstr("comment"));
  EXPECT_THAT(shown("<{{user.x}}>"), HasSubstr("inside of a tag"));
  EXPECT_THAT(shown("<p {{user.x}}>"), HasSubstr("inside of a tag"));
  EXPECT_THAT(shown("<p {{user.x}}=\"a\">"), HasSubstr("inside of a tag"));
  EXPECT_THAT(shown("<a href=\"javascript:f({{user.x}})\">"), HasSubstr("not of http"));
  EXPECT_EQ(shown("<!-- a > b --><script>if (a < b) f()</script>{{user.x}}", R"({"x": "<"})"),
            "<!-- a > b --><script>if (a < b) f()</script>&lt;");
}

TEST(Template, OtherTargetsEscapeInTheirOwnWay) {
  const char* user = R"({"x": "a \"b\"\n</script>\\", "n": 5, "l": [1, "b"], "u": "ä&="})";
  EXPECT_EQ(shown("{{user.x}}", user, ContentTarget::Attribute),
            "a&#x20;&#x22;b&#x22;&#x0A;&#x3C;&#x2F;script&#x3E;&#x5C;");
  EXPECT_EQ(shown("/s?q={{user.u}}", user, ContentTarget::Url), "/s?q=%C3%A4%26%3D");
  EXPECT_EQ(shown("{\"a\": \"{{user.x}}\"}", user, ContentTarget::Json),
            R"({"a": "a \"b\"\n\u003C/script\u003E\\"})");
  EXPECT_EQ(shown("[{{user.n}}, {{user.x}}, {{user.l}}, {{user.gone}}]", user, ContentTarget::Json),
            R"([5, "a \"b\"\n\u003C/script\u003E\\", [1,"b"], null])");
  EXPECT_EQ(shown("{{user.x}}{{{user.n}}}{{&user.n}}", user, ContentTarget::Text), "a \"b\"\n</script>\\55");
}

TEST(Template, SaysWhereItIsWrongAndWhatToDo) {
  EXPECT_EQ(shown("Hello\n  {{user.name"),
            "line 2, column 3: the tag is never closed (write }} behind the name)");
  EXPECT_EQ(shown("{{{user.name}}}"),
            "line 1, column 1: values are always escaped, so that they stay values (write {{user.name}})");
  EXPECT_EQ(shown("{{&user.name}}", "{}", ContentTarget::Json),
            "line 1, column 1: values are always escaped, so that they stay values (write {{user.name}})");
  EXPECT_EQ(shown("ä {{> footer}}"),
            "line 1, column 3: templates cannot include others (use a block: content.blocks)");
  EXPECT_EQ(shown("{{=<% %>=}}"), "line 1, column 1: the marks {{ and }} cannot be changed (remove the tag)");
  EXPECT_EQ(shown("{{}}"),
            "line 1, column 1: the tag has no name (a name is letters, digits, '_' and '-', with "
            "dots between its parts: {{user.first_name}})");
  EXPECT_THAT(shown("{{user.a b}}"), HasSubstr("'user.a b' is no name"));
  EXPECT_THAT(shown("{{user..a}}"), HasSubstr("is no name"));
  EXPECT_EQ(shown("{{usr.name}}"), "line 1, column 1: there is no 'usr.name' (did you mean 'user.name'?)");
  EXPECT_EQ(shown("{{name}}"), "line 1, column 1: there is no 'name' (did you mean 'user.name'?)");
  EXPECT_EQ(shown("{{#user.a}}x"),
            "line 1, column 1: the section 'user.a' is never closed (write {{/user.a}})");
  EXPECT_EQ(shown("{{#user.a}}\n{{#user.b}}{{/user.a}}"),
            "line 2, column 12: the open section is 'user.b', of line 2, and not 'user.a' (write "
            "{{/user.b}} first)");
  EXPECT_EQ(shown("{{/user.a}}"), "line 1, column 1: there is no open section 'user.a' (remove the tag)");
  EXPECT_THAT(shown("{{#user.a}}<a href=\"{{/user.a}}\">"), HasSubstr("close inside of a section"));
  EXPECT_THAT(shown("{{#user.a}}\"{{/user.a}}", "{}", ContentTarget::Json),
              HasSubstr("close inside of a section"));
  EXPECT_THAT(shown("<a href=\"x"), HasSubstr("the template ends inside of a tag"));
  EXPECT_THAT(shown("\xFF"), HasSubstr("not UTF-8"));
  EXPECT_THAT(shown("{{.}}"), HasSubstr("outside of a section"));
}

TEST(Template, LimitsAreSaid) {
  EXPECT_THAT(shown(std::string(100'001, 'a')), HasSubstr("longer than 100,000 bytes"));
  std::string deep;
  for (int i = 0; i < 17; ++i) deep += "{{#user.a}}";
  EXPECT_THAT(shown(deep), HasSubstr("more than 16 deep"));
  std::string many;
  for (int i = 0; i < 2'001; ++i) many += "{{user.a}}";
  EXPECT_THAT(shown(many), HasSubstr("more than 2,000 tags"));
}

TEST(Template, ListsInsideOfListsEnd) {
  std::string text;
  std::string end;
  for (int i = 0; i < 16; ++i) {
    text += "{{#user.a}}";
    end += "{{/user.a}}";
  }
  std::string user = R"({"a": [)";
  for (int i = 0; i < 500; ++i) user += i == 0 ? "1" : ",1";
  EXPECT_EQ(shown(text + end, user + "]}"), "");
}

TEST(Template, IsCutBetweenCharactersAndOutsideOfEscapesAndTags) {
  const auto cut = [](std::string_view text, std::string_view user, ContentTarget target, std::size_t most) {
    return shown(text, user, target, most);
  };
  EXPECT_EQ(cut("{{user.x}}", R"({"x": "aää"})", ContentTarget::Text, 4), "aä");
  EXPECT_EQ(cut("{{user.x}}", R"({"x": "a<<"})", ContentTarget::Html, 8), "a&lt;");
  EXPECT_EQ(cut("{{user.x}}", R"({"x": "a<<"})", ContentTarget::Attribute, 10), "a&#x3C;");
  EXPECT_EQ(cut("{{user.x}}", R"({"x": "aää"})", ContentTarget::Url, 9), "a%C3%A4");
  EXPECT_EQ(cut("ab<b title=\"c\">d", "{}", ContentTarget::Html, 10), "ab");
  EXPECT_EQ(cut("ab", "{}", ContentTarget::Html, 2), "ab");
}

/// Whatever users write, it stays a value: what is around it keeps its form.
TEST(Template, NoValueLeavesItsPlace) {
  const std::string_view pieces[] = {
      "<", ">", "\"", "'", "&", "javascript:", "--", "</script>", "\\\\",
      "%", "x", " ",  "ä", "/", "=",           "`",  "\\u0000",   "{{user.x}}"};
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    std::string value;
    for (std::size_t i = random() % 8; i > 0; --i) {
      const std::string_view piece = pieces[random() % std::size(pieces)];
      value += piece == "\"" ? "\\\"" : piece;
    }
    const std::string user = R"({"x": ")" + value + "\"}";
    const std::string html = shown("<a href=\"{{user.x}}\" title='{{user.x}}'>{{user.x}}</a>", user);
    EXPECT_EQ(std::ranges::count(html, '<'), 2) << html;
    EXPECT_EQ(std::ranges::count(html, '>'), 2) << html;
    EXPECT_EQ(std::ranges::count(html, '"'), 2) << html;
    EXPECT_EQ(std::ranges::count(html, '\''), 2) << html;
    EXPECT_EQ(html.find("href=\"javascript:"), html.npos) << html;
    const std::string made = shown(R"({"a": "{{user.x}}", "b": {{user.x}}})", user, ContentTarget::Json);
    const Value back = test::json(made);
    EXPECT_EQ(*back.find("a"), *back.find("b")) << made;
    EXPECT_EQ(*back.find("a"), *test::json(user).find("x")) << made;
  }
}

/// Hostile templates are refused or rendered, whatever they are.
TEST(Template, AnyTextIsRefusedOrRendered) {
  const std::string_view pieces[] = {"{{",  "}}",       "{{{",       "}}}",     "#",  "^",  "/", "user.a",
                                     ".",   "-last",    "<a ",       "href=\"", "\"", "'",  ">", "<!--",
                                     "-->", "<script>", "</script>", "\n",      " ",  "\\", "!", "&"};
  std::mt19937 random(11);
  int rendered = 0;
  for (int round = 0; round < 10'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 12; i > 0; --i) text += pieces[random() % std::size(pieces)];
    for (const ContentTarget target : {ContentTarget::Html, ContentTarget::Json, ContentTarget::Text}) {
      const Result<Template> made = Template::compile(text, target, Vocabulary{});
      if (made) ++rendered;
      EXPECT_TRUE(made || !made.error().message.empty());
      EXPECT_TRUE(is_valid_utf8(shown(text, R"({"a": ["<", "b"]})", target, 20)));
    }
  }
  EXPECT_GT(rendered, 1'000);
}

/// The language is Mustache's: what another implementation shows.
class BesideKainjow {
 public:
  explicit BesideKainjow(unsigned seed) : random_(seed) {}

  std::string text(int depth = 0) {
    std::string made;
    for (std::size_t i = random_() % 5; i > 0; --i) {
      static constexpr std::string_view kNames[] = {"user.name", "user.gone", "user.home.city",
                                                    "user.vip",  "user.no",   "user.tags"};
      const std::string_view name = kNames[random_() % std::size(kNames)];
      const std::string tag(name);
      switch (random_() % (depth < 3 ? 6 : 3)) {
        case 0:
          made += "some text\n";
          break;
        case 1:
          made += " <b>{{! said aside }}";
          break;
        case 2:
          made += "{{" +
                  std::string(name == "user.tags" || name == "user.vip" || name == "user.no" ? "user.name"
                                                                                             : name) +
                  "}}";
          break;
        case 3:
          made += "{{#user.tags}}{{.}}," + text(depth + 1) + "{{/user.tags}}";
          break;
        case 4:
          made += "{{#" + tag + "}}\n" + text(depth + 1) + "\n{{/" + tag + "}}\n";
          break;
        default:
          made += "{{^" + tag + "}}" + text(depth + 1) + "{{/" + tag + "}}";
      }
    }
    return made;
  }

 private:
  std::mt19937 random_;
};

/// The other one judges lines by what they show, not by what is written in them.
std::string without_blanks(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n'; });
  return text;
}

TEST(Template, ShowsWhatAnotherImplementationOfMustacheShows) {
  using kainjow::mustache::data;
  data user;
  user.set("name", "Ann");
  user.set("vip", true);
  user.set("no", false);
  data home;
  home.set("city", "Ulm");
  user.set("home", home);
  data tags{data::type::list};
  tags << data{"a"} << data{"b"};
  user.set("tags", tags);
  data all;
  all.set("user", user);
  constexpr std::string_view kAnn =
      R"({"name": "Ann", "vip": true, "no": false, "home": {"city": "Ulm"}, "tags": ["a", "b"]})";
  BesideKainjow dice(3);
  std::size_t bytes = 0;
  for (int round = 0; round < 2'500; ++round) {
    const std::string text = dice.text();
    kainjow::mustache::mustache other(text);
    ASSERT_TRUE(other.is_valid()) << text;
    const std::string expected = without_blanks(other.render(all));
    bytes += expected.size();
    ASSERT_EQ(without_blanks(shown(text, kAnn, ContentTarget::Text, 1'000'000)), expected) << text;
  }
  EXPECT_GT(bytes, 50'000U);
}

}  // namespace
}  // namespace splitplot::content
