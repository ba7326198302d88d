#include <splitplot/context/user_agent.hpp>

#include "embedded_data.hpp"
#include "user_agent/rules.hpp"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>
#include <yaml-cpp/yaml.h>

namespace splitplot::context {
namespace {

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
  return agent.browser + "|" + (agent.browser_version ? std::to_string(*agent.browser_version) : "") + "|" + agent.os +
         "|" + agent.os_version + "|" + agent.device_brand + "|" + agent.device_model + "|" +
         (agent.is_bot ? "bot" : "");
}

YAML::Node contract() { return YAML::LoadFile(SPLITPLOT_CONTRACT_FOLDER "/user-agents.yaml"); }

TEST(UserAgentReader, ReadsWhatBrowsersDocument) {
  const UserAgentReader reader;
  for (const YAML::Node& row : contract()) {
    const auto header = row["header"].as<std::string>();
    const auto agent = reader.read(header);
    EXPECT_EQ(in_words(*agent), in_words(expectation(row))) << header;
    EXPECT_EQ(name_of(agent->device), row["device"].as<std::string>("bot")) << header;
  }
}

}  // namespace
}  // namespace splitplot::context
