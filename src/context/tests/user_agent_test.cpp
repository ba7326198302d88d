#include "embedded_data.hpp"
#include "user_agent/atom_index.hpp"
#include "user_agent/device_type.hpp"
#include "user_agent/rules.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/context/user_agent.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

namespace splitplot::context {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

UserAgent expectation(const YAML::Node& row) {
  UserAgent expected;
  expected.browser = row["browser"].as<std::string>("");
  if (row["version"]) expected.browser_version = row["version"].as<std::int64_t>();
  expected.os = row["os"].as<std::string>("");
  expected.os_version = row["os_version"].as<std::string>("");
  expected.is_bot = row["bot"].as<bool>(false);
  expected.device_brand = row["brand"].as<std::string>("");
  expected.device_model = row["model"].as<std::string>("");
  return expected;
}

std::string in_words(const UserAgent& agent) {
  return agent.browser + "|" + (agent.browser_version ? std::to_string(*agent.browser_version) : "") + "|" +
         agent.os + "|" + agent.os_version + "|" + agent.device_brand + "|" + agent.device_model + "|" +
         (agent.is_bot ? "bot" : "");
}

YAML::Node contract() {
  return YAML::LoadFile(SPLITPLOT_CONTRACT_FOLDER "/user-agents.yaml");
}

TEST(UserAgentReader, ReadsWhatBrowsersDocument) {
  const UserAgentReader reader;
  for (const YAML::Node& row : contract()) {
    const auto header = row["header"].as<std::string>();
    const auto agent = reader.read(header);
    EXPECT_EQ(in_words(*agent), in_words(expectation(row))) << header;
    EXPECT_EQ(name_of(agent->device), row["device"].as<std::string>("bot")) << header;
  }
}

TEST(UserAgentReader, AnswersTheSameForARecentHeader) {
  const UserAgentReader reader;
  const auto first = reader.read("Twitterbot/1.0");
  EXPECT_EQ(reader.read("Twitterbot/1.0"), first);  // the same object
  for (std::size_t i = 0; i < 2 * UserAgentReader::kRecentHeaders; ++i) {
    static_cast<void>(reader.read("x" + std::to_string(i)));
  }
  const auto again = reader.read("Twitterbot/1.0");
  EXPECT_NE(again, first);  // forgotten, and read anew
  EXPECT_EQ(*again, *first);
}

TEST(UserAgentReader, LooksAtTheFirstKilobyte) {
  const UserAgentReader reader;
  const std::string blanks(UserAgentReader::kMaxLength - 14, ' ');
  EXPECT_EQ(reader.read(blanks + "Twitterbot/1.0" + std::string(100'000, 'x'))->browser, "Twitterbot");
  EXPECT_EQ(reader.read(blanks + "    Twitterbot/1.0")->browser_version, std::nullopt);
}

TEST(UserAgentReader, ReadsAnyBytes) {
  const UserAgentReader reader;
  EXPECT_EQ(*reader.read(""), UserAgent{});
  EXPECT_EQ(*reader.read(std::string_view("\0\0", 2)), UserAgent{});
  EXPECT_EQ(*reader.read(std::string(2000, '\xFF')), UserAgent{});
  const auto broken = reader.read(
      "Mozilla/5.0 (Linux; Android 13; SM-\xFF\xC3 Build/1) Chrome/116.0.0.0 Mobile Safari/537.36");
  EXPECT_EQ(broken->browser, "Chrome Mobile");
  EXPECT_EQ(broken->device_model, valid_utf8(broken->device_model));
}

TEST(UserAgentReader, SaysTheSameToManyThreads) {
  const UserAgentReader reader;
  const YAML::Node rows = contract();
  std::vector<std::string> headers;
  for (const YAML::Node& row : rows) headers.push_back(row["header"].as<std::string>());
  std::vector<std::vector<UserAgent>> answers(4);
  std::vector<std::thread> threads;
  for (auto& own : answers) {
    threads.emplace_back([&reader, &headers, &own] {
      for (const std::string& header : headers) own.push_back(*reader.read(header));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& own : answers) EXPECT_EQ(own, answers.front());
  EXPECT_EQ(answers.front().size(), headers.size());
}

const UserAgentRules& rules() {
  static const UserAgentRules compiled(embedded_user_agent_rules());
  return compiled;
}

TEST(UserAgentRules, AreAllTakenByTheExpressionEngine) {
  EXPECT_THAT(rules().refused(), IsEmpty());
  EXPECT_EQ(rules().size(), 1175U);  // "- regex:" in uap-core 0.18.0, comments left out
}

/// Rule after rule, without a filter: slow, and obviously what the specification says.
std::string name_by_trying_all(const YAML::Node& list, const std::vector<std::unique_ptr<RE2>>& expressions,
                               const char* replacement, const std::string& header) {
  for (std::size_t i = 0; i < expressions.size(); ++i) {
    std::array<re2::StringPiece, 2> groups;
    const int wanted = std::min(2, expressions[i]->NumberOfCapturingGroups() + 1);
    if (!expressions[i]->Match(header, 0, header.size(), RE2::UNANCHORED, groups.data(), wanted)) continue;
    auto name = list[i][replacement].as<std::string>("$1");
    const std::size_t place = name.find("$1");
    if (place != std::string::npos) name.replace(place, 2, std::string(groups[1]));
    return name;
  }
  return {};
}

TEST(UserAgentRules, FindTheFirstThatMatchesAsTryingAllDoes) {
  const YAML::Node file = YAML::Load(std::string(embedded_user_agent_rules()));
  std::vector<std::string> headers;
  for (const YAML::Node& row : contract()) headers.push_back(row["header"].as<std::string>());
  // Damaged: a piece of another header put in.
  std::mt19937 random(4711);
  const std::size_t whole = headers.size();
  for (int i = 0; i < 100; ++i) {
    std::string header = headers[random() % whole];
    const std::string& other = headers[random() % whole];
    header.insert(random() % header.size(), other.substr(random() % other.size(), 1 + random() % 30));
    headers.push_back(header);
  }
  for (const auto& [list, name, replacement] : {std::tuple(0, "user_agent_parsers", "family_replacement"),
                                                std::tuple(1, "os_parsers", "os_replacement")}) {
    const YAML::Node written = file[name];
    std::vector<std::unique_ptr<RE2>> expressions;
    for (const YAML::Node& rule : written) {
      expressions.push_back(std::make_unique<RE2>(rule["regex"].as<std::string>(), RE2::Latin1));
    }
    for (const std::string& header : headers) {
      EXPECT_EQ(rules().answers(header)[static_cast<std::size_t>(list)][0],
                name_by_trying_all(written, expressions, replacement, header))
          << header;
    }
  }
}

TEST(UserAgentRules, FillInWhatGroupsMatched) {
  const UserAgentRules own(R"(
user_agent_parsers:
  - regex: '(One|Two)Browser/(\d+)(?:\.(\d+)|)'
    family_replacement: 'The $1'
  - regex: 'Fixed(\w+)'
    family_replacement: 'Fixed'
    v1_replacement: '7'
os_parsers:
  - regex: '(Sys) (\d+)_(\d+)_(\d+)'
device_parsers:
  - regex: 'dev/(\w+)-(\w+)'
    regex_flag: 'i'
    device_replacement: ' $2 $1 '
    brand_replacement: '$1'
  - regex: '(a)\1'
)");
  const auto [browser, system, device] = own.answers("OneBrowser/12 Sys 1_2_3 DEV/acme-x");
  EXPECT_THAT(browser, ElementsAre("The One", "12", "", ""));
  EXPECT_THAT(system, ElementsAre("Sys", "1", "2", "3"));
  EXPECT_THAT(device, ElementsAre("x acme", "acme", "acme", ""));
  EXPECT_THAT(own.answers("FixedUp")[0], ElementsAre("Fixed", "7", "", ""));
  EXPECT_THAT(own.answers("onebrowser/12")[0], ElementsAre("", "", "", ""));
  EXPECT_THAT(own.refused(), ElementsAre("(a)\\1"));
}

TEST(AtomIndex, FindsEveryAtomThatOccurs) {
  const std::vector<std::string> atoms = {"he", "she", "his", "hers", "e", "rs", "he"};
  const AtomIndex index(atoms);
  std::mt19937 random(1975);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (auto length = random() % 12; length > 0; --length) text.push_back("hersix"[random() % 6]);
    std::set<int> found;
    index.search(text, [&found](int atom) { found.insert(atom); });
    std::set<int> expected;
    for (std::size_t atom = 0; atom < atoms.size(); ++atom) {
      if (text.find(atoms[atom]) != std::string::npos) expected.insert(static_cast<int>(atom));
    }
    EXPECT_EQ(found, expected) << text;
  }
}

TEST(DeviceType, IsToldByWords) {
  EXPECT_EQ(
      device_type_of("Mozilla/5.0 (Linux; Android 9; KFMUWI) AppleWebKit/537.36 Silk/108.4 Safari/537.36"),
      DeviceType::Tablet);
  EXPECT_EQ(device_type_of("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1) Presto/2.8"), DeviceType::Mobile);
  EXPECT_EQ(device_type_of("Mozilla/5.0 (Linux; Android 7.1.2; AFTMM) AppleWebKit/537.36"),
            DeviceType::Unknown);
  EXPECT_EQ(device_type_of("Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One)"), DeviceType::Unknown);
}

}  // namespace
}  // namespace splitplot::context
