#include "http/cookies.hpp"
#include "http/sender.hpp"
#include "service_fixture.hpp"
#include "session/login_attempts.hpp"
#include "session/sessions.hpp"

#include <deque>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace splitplot::serve {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::Ask;
using ::testing::HasSubstr;
using ::testing::Not;

using Headers = std::vector<std::pair<std::string, std::string>>;

class SessionTest : public test::ServiceTest {
 protected:
  Response try_key(const std::string& key, Headers headers = {}, std::string peer = "192.0.2.1") {
    return ask({.method = Method::Post,
                .path = "/api/v1/session",
                .body = R"({"key":")" + key + "\"}",
                .headers = std::move(headers),
                .peer = std::move(peer)});
  }
  int status_with(const std::string& cookie) {
    return ask({.path = "/api/v1/status", .headers = {{"Cookie", cookie}}}).status;
  }
};

TEST_F(SessionTest, AnAdminKeyIsExchangedForACookie) {
  const Response begun = try_key(admin_key);
  EXPECT_EQ(begun.status, 201);
  EXPECT_EQ(begun.body, R"({"connection":"admin","kind":"admin","environment":"default/production",)"
                        R"("expires":"2026-11-23T00:00:00.000Z"})");
  const std::string line(*begun.headers.find("Set-Cookie"));
  EXPECT_THAT(line, ::testing::MatchesRegex("splitplot_session=[A-Za-z0-9._-]+; Path=/; Max-Age=43200; "
                                            "HttpOnly; SameSite=Strict"));
  EXPECT_EQ(begun.headers.find("Cache-Control"), "no-store");
  const std::string cookie = line.substr(0, line.find(';'));
  EXPECT_THAT(cookie, Not(HasSubstr(admin_key)));
  const Response shown = ask({.path = "/api/v1/session", .headers = {{"Cookie", cookie}}});
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body, begun.body);
  EXPECT_EQ(status_with(cookie), 200);
  EXPECT_EQ(ask({.path = "/api/v1/session"}).status, 401);
}

TEST_F(SessionTest, AKeyInTheHeaderGoesBeforeTheCookie) {
  const std::string cookie = log_in(admin_key);
  EXPECT_EQ(ask({.path = "/api/v1/status", .key = "sp_admin_wrong", .headers = {{"Cookie", cookie}}}).status,
            401);
  EXPECT_EQ(ask({.path = "/api/v1/status", .key = client_key, .headers = {{"Cookie", cookie}}}).status, 403);
  const Response shown = ask({.path = "/api/v1/session", .key = admin_key, .headers = {{"Cookie", cookie}}});
  EXPECT_EQ(member(shown, "expires"), "null");
  EXPECT_EQ(ask({.method = Method::Post, .path = "/api/v1/backup", .key = admin_key}).status, 503)
      << "a program with a key need not say where it is";
}

TEST_F(SessionTest, OtherKeysBeginNone) {
  EXPECT_EQ(try_key("sp_admin_wrong").status, 401);
  EXPECT_EQ(try_key("sp_admin_wrong").content_type, "application/problem+json");
  EXPECT_EQ(try_key("").status, 401);
  for (const std::string& key : {client_key, server_key}) {
    const Response refused = try_key(key);
    EXPECT_EQ(refused.status, 403);
    EXPECT_FALSE(refused.headers.find("Set-Cookie"));
  }
  const auto with_body = [&](std::string body) {
    return ask({.method = Method::Post, .path = "/api/v1/session", .body = std::move(body)}).status;
  };
  EXPECT_EQ(with_body("{}"), 422);
  EXPECT_EQ(with_body(R"({"key":1})"), 422);
  EXPECT_EQ(with_body(R"({"key":"a","kye":"b"})"), 422);
  EXPECT_EQ(with_body("["), 400);
  EXPECT_EQ(try_key(admin_key, {{"Content-Type", "text/plain"}}).status, 415)
      << "what a form of another site can send is no login";
}

TEST_F(SessionTest, EndsAfterTwelveHours) {
  const std::string cookie = log_in(admin_key);
  clock.advance(hours(12) - seconds(1));
  EXPECT_EQ(status_with(cookie), 200);
  clock.advance(seconds(1));
  EXPECT_EQ(status_with(cookie), 401);
}

TEST_F(SessionTest, EndsWithItsKeyAndWithNoOther) {
  const std::string old_session = log_in(admin_key);
  clock.advance(seconds(1));
  const auto added = catalogue->add_key({}, "admin");
  ASSERT_TRUE(added);
  const std::string new_session = log_in(added->secret);
  EXPECT_EQ(status_with(old_session), 200);
  ASSERT_TRUE(catalogue->revoke_old_keys({}, "admin"));
  EXPECT_EQ(status_with(old_session), 401);
  EXPECT_EQ(status_with(new_session), 200);
}

TEST_F(SessionTest, LivesThroughARestart) {
  const std::string cookie = log_in(admin_key);
  service.reset();
  EXPECT_EQ(status_with(cookie), 200);
}

TEST_F(SessionTest, OfAnotherInstallationOpensNothing) {
  const std::string cookie = log_in(admin_key);
  replace_installation();
  EXPECT_EQ(status_with(cookie), 401);
  EXPECT_EQ(status_with(log_in(admin_key)), 200);
}

TEST_F(SessionTest, OpensNothingWhereACharacterIsAnother) {
  const std::string cookie = log_in(admin_key);
  const std::size_t begin = cookie.find('=') + 1;
  for (std::size_t at = begin; at < cookie.size(); ++at) {
    std::string wrong = cookie;
    wrong[at] = wrong[at] == '5' ? '6' : '5';
    EXPECT_EQ(status_with(wrong), 401) << at;
    EXPECT_EQ(status_with(cookie.substr(0, at)), 401) << at;
  }
  for (const char* tail : {"=", "A", ".", " x", "\t"}) EXPECT_EQ(status_with(cookie + tail), 401) << tail;
  EXPECT_EQ(status_with("splitplot_session=" + std::string(100'000, 'A')), 401);
  EXPECT_EQ(status_with("splitplot_session=1..9999999999."), 401);
}

TEST_F(SessionTest, NobodyMovesItsEndOrItsKey) {
  const Sessions sessions(*catalogue, clock);
  const auto principal = catalogue->authenticate(admin_key);
  const std::string token = sessions.token({*principal, sessions.end_of_new()});
  const std::size_t point = token.rfind('.');
  const std::string signature = token.substr(point);
  EXPECT_TRUE(sessions.find(token));
  EXPECT_FALSE(sessions.find("1." + principal->credential + ".99999999999" + signature));
  EXPECT_FALSE(sessions.find("1.x." + token.substr(0, point) + signature));
  EXPECT_FALSE(sessions.find(token.substr(0, point)));
  EXPECT_FALSE(sessions.find(token.substr(0, point + 1)));
  EXPECT_FALSE(sessions.find(""));
  EXPECT_FALSE(sessions.find("."));
  // A key that never was, properly signed: an id of a catalogue that was put back to an older copy.
  catalogue::Principal stranger = *principal;
  stranger.credential = "00000000-0000-7000-8000-000000000000";
  EXPECT_FALSE(sessions.find(sessions.token({stranger, sessions.end_of_new()})));
}

TEST_F(SessionTest, LoggingOutClearsTheCookieWhoeverAsks) {
  const std::string cookie = log_in(admin_key);
  for (const Headers& headers :
       {Headers{{"Cookie", cookie}}, Headers{{"Cookie", "splitplot_session=over"}}, Headers{}}) {
    const Response ended = ask({.method = Method::Delete, .path = "/api/v1/session", .headers = headers});
    EXPECT_EQ(ended.status, 204);
    EXPECT_EQ(ended.headers.find("Set-Cookie"),
              "splitplot_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
  }
}

TEST_F(SessionTest, PagesOfOthersLogNobodyInOrOut) {
  const Headers foreign = {{"Host", "ab.example.org"}, {"Origin", "https://evil.example.org"}};
  EXPECT_EQ(try_key(admin_key, foreign).status, 403);
  EXPECT_EQ(try_key(admin_key, {{"Sec-Fetch-Site", "same-site"}}).status, 403);
  EXPECT_EQ(ask({.method = Method::Delete, .path = "/api/v1/session", .headers = foreign}).status, 403);
  EXPECT_EQ(try_key(admin_key, {{"Sec-Fetch-Site", "same-origin"}}).status, 201);
}

TEST_F(SessionTest, TheCookieStaysOnTlsWhereTheBrowserCameByIt) {
  const auto line = [&](Headers headers) {
    return std::string(*try_key(admin_key, std::move(headers)).headers.find("Set-Cookie"));
  };
  EXPECT_THAT(line({{"Host", "a.example"}, {"Origin", "https://a.example"}}), HasSubstr("; Secure"));
  EXPECT_THAT(line({{"Host", "a.example"}, {"Origin", "http://a.example"}}), Not(HasSubstr("Secure")));
  service.reset();
  options.public_url = "https://ab.example.org/";
  EXPECT_THAT(line({}), HasSubstr("; Secure"));
}

TEST_F(SessionTest, WrongKeysAreTriedTenTimesAMinuteFromOneAddress) {
  for (int attempt = 0; attempt < 10; ++attempt) {
    EXPECT_EQ(try_key("wrong").status, 401) << attempt;
    clock.advance(seconds(1));
  }
  const Response refused = try_key("wrong");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.find("Retry-After"), "50");
  EXPECT_EQ(try_key(admin_key).status, 429) << "else the limit would tell which key is right";
  EXPECT_EQ(try_key(admin_key, {}, "192.0.2.2").status, 201) << "others are not kept out";
  clock.advance(seconds(50));
  EXPECT_EQ(try_key("wrong").status, 401);
  EXPECT_EQ(try_key("wrong").status, 429);
  clock.advance(minutes(2));
  EXPECT_EQ(try_key(admin_key).status, 201);
}

// Against a list of all failures ever.
TEST(LoginAttempts, AreCountedAsAListWouldCountThem) {
  std::mt19937 random(7);
  LoginAttempts attempts;
  std::map<std::string, std::deque<Timestamp>> all;
  Timestamp now = test::start_of_test();
  for (int step = 0; step < 20'000; ++step) {
    now += std::chrono::milliseconds(random() % 3000);
    const std::string address = std::to_string(random() % 5);
    std::deque<Timestamp>& failures = all[address];
    std::size_t recent = 0;
    Timestamp tenth;
    for (auto failure = failures.rbegin(); failure != failures.rend(); ++failure) {
      if (now - *failure < minutes(1)) ++recent;
      if (recent == 10) {
        tenth = *failure;
        break;
      }
    }
    const auto expected =
        recent == 10 ? std::chrono::ceil<seconds>(tenth + minutes(1) - now) : seconds::zero();
    ASSERT_EQ(attempts.wait(address, now), expected) << step;
    if (expected.count() == 0) {
      attempts.failed(address, now);
      failures.push_back(now);
    }
  }
}

TEST(LoginAttempts, OfMoreAddressesThanAreRememberedAreForgottenFromTheOldest) {
  LoginAttempts attempts;
  const Timestamp begin = test::start_of_test();
  for (std::size_t address = 0; address < LoginAttempts::kMostAddresses; ++address) {
    const Timestamp when = begin + std::chrono::milliseconds(address);
    for (std::size_t failure = 0; failure < LoginAttempts::kMostFailures; ++failure) {
      attempts.failed(std::to_string(address), when);
    }
  }
  const Timestamp now = begin + seconds(10);
  EXPECT_GT(attempts.wait("0", now).count(), 0);
  attempts.failed("another", now);
  EXPECT_EQ(attempts.wait("0", now).count(), 0);
  EXPECT_GT(attempts.wait("1", now).count(), 0);
}

TEST(LoginAttempts, DoNotKeepAnybodyOutWhereTheClockIsSetBack) {
  LoginAttempts attempts;
  const Timestamp now = test::start_of_test();
  for (std::size_t failure = 0; failure < LoginAttempts::kMostFailures; ++failure) attempts.failed("a", now);
  EXPECT_EQ(attempts.wait("a", now).count(), 60);
  EXPECT_EQ(attempts.wait("a", now - hours(5)).count(), 0);
}

TEST(Cookies, AreReadStrictly) {
  const auto value = [](std::vector<std::string_view> fields) {
    Request request;
    for (const std::string_view field : fields) request.headers.push_back({"cookie", field});
    return cookie_value(request, "s");
  };
  EXPECT_EQ(value({"s=1"}), "1");
  EXPECT_EQ(value({"a=b; s=1; c=d"}), "1");
  EXPECT_EQ(value({"a=b;s=1"}), "1");
  EXPECT_EQ(value({"s=a=b"}), "a=b");
  EXPECT_EQ(value({"s="}), "");
  EXPECT_EQ(value({}), std::nullopt);
  EXPECT_EQ(value({"xs=1; S=2; s"}), std::nullopt);
  EXPECT_EQ(value({"s =1"}), std::nullopt);
  EXPECT_EQ(value({"s=1; s=2"}), std::nullopt) << "one of them is somebody else's";
  EXPECT_EQ(value({"s=1", "a=b"}), std::nullopt);
  EXPECT_EQ(value({"s=\"1\""}), std::nullopt);
  EXPECT_EQ(value({"s=1 2"}), std::nullopt);
  EXPECT_EQ(value({"s=1 "}), std::nullopt);
  EXPECT_EQ(value({"s=\xc3\xa4"}), std::nullopt);
  EXPECT_EQ(value({"; ;;=; s=1;"}), "1");
}

TEST(Sender, IsToldByTheBrowser) {
  const auto sender = [](Headers headers, std::string_view url = "") {
    Request request;
    for (const auto& [name, text] : headers) request.headers.push_back({name, text});
    return sender_of(request, url);
  };
  EXPECT_EQ(sender({}), Sender::Unknown);
  EXPECT_EQ(sender({{"Host", "a:1"}}), Sender::Unknown);
  EXPECT_EQ(sender({{"Sec-Fetch-Site", "same-origin"}}), Sender::OwnPage);
  EXPECT_EQ(sender({{"Sec-Fetch-Site", "same-origin"}, {"Host", "inner"}, {"Origin", "https://a"}}),
            Sender::OwnPage)
      << "behind a proxy that gives another Host";
  EXPECT_EQ(sender({{"Sec-Fetch-Site", "same-site"}, {"Host", "a"}, {"Origin", "http://a"}}),
            Sender::OtherSite);
  EXPECT_EQ(sender({{"Host", "a:1"}, {"Origin", "http://a:1"}}), Sender::OwnPage);
  EXPECT_EQ(sender({{"Host", "A"}, {"Origin", "https://a"}}), Sender::OwnPage);
  EXPECT_EQ(sender({{"Host", "a:1"}, {"Origin", "http://a:2"}}), Sender::OtherSite);
  EXPECT_EQ(sender({{"Host", "a"}, {"Origin", "http://b.a"}}), Sender::OtherSite);
  EXPECT_EQ(sender({{"Host", "a"}, {"Origin", "http://a.b"}}), Sender::OtherSite);
  EXPECT_EQ(sender({{"Host", "a"}, {"Origin", "null"}}), Sender::OtherSite);
  EXPECT_EQ(sender({{"Host", "a"}, {"Origin", "file://a"}}), Sender::OtherSite);
  EXPECT_EQ(sender({{"Host", ""}, {"Origin", "http://"}}), Sender::OtherSite);
  EXPECT_EQ(sender({{"Host", "inner"}, {"Origin", "https://a"}}, "https://a/"), Sender::OwnPage);
  EXPECT_EQ(sender({{"Host", "inner"}, {"Origin", "https://b"}}, "https://a/"), Sender::OtherSite);
}

}  // namespace
}  // namespace splitplot::serve
