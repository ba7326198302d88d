#include "embedded_data.hpp"
#include "user_agent/device_type.hpp"
#include "user_agent/recent_user_agents.hpp"
#include "user_agent/rules.hpp"

#include <splitplot/base/utf8.hpp>
#include <splitplot/context/user_agent.hpp>

#include <charconv>
#include <mutex>
#include <utility>

namespace splitplot::context {

struct UserAgentReader::State {
  RecentUserAgents recent{kRecentHeaders};
  std::once_flag compiled;
  std::unique_ptr<const UserAgentRules> rules;
};

namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 0) return {};
  return number;
}

/// Major, minor and patch with dots between, as far as they are told.
std::string dotted(const RuleAnswer& answer) {
  std::string version;
  for (std::size_t part = 1; part < answer.size() && !answer[part].empty(); ++part) {
    if (part > 1) version.push_back('.');
    version += answer[part];
  }
  return version;
}

/// The rules' words for "no brand known".
bool is_placeholder(std::string_view brand) {
  return brand.starts_with("Generic");
}

UserAgent interpreted(std::string_view header, const std::array<RuleAnswer, kRuleLists>& answers) {
  const auto& [browser, system, device] = answers;
  UserAgent agent;
  agent.browser = valid_utf8(browser[0]);
  agent.browser_version = whole_number(browser[1]);
  agent.os = valid_utf8(system[0]);
  agent.os_version = valid_utf8(dotted(system));
  agent.is_bot = device[0] == "Spider" || is_program(header);
  if (agent.is_bot) {
    agent.device = DeviceType::Bot;
    return agent;
  }
  agent.device = device_type_of(header);
  if (!is_placeholder(device[1])) {
    agent.device_brand = valid_utf8(device[1]);
    agent.device_model = valid_utf8(device[2]);
  }
  return agent;
}

}  // namespace

std::string_view name_of(DeviceType type) {
  switch (type) {
    case DeviceType::Mobile:
      return "mobile";
    case DeviceType::Tablet:
      return "tablet";
    case DeviceType::Desktop:
      return "desktop";
    case DeviceType::Bot:
      return "bot";
    case DeviceType::Unknown:
      break;
  }
  return "unknown";
}

UserAgentReader::UserAgentReader() : state_(std::make_unique<State>()) {}
UserAgentReader::~UserAgentReader() = default;

void UserAgentReader::prepare() const {
  std::call_once(state_->compiled, [this] {
    state_->rules = std::make_unique<const UserAgentRules>(embedded_user_agent_rules());
  });
}

std::shared_ptr<const UserAgent> UserAgentReader::read(std::string_view header) const {
  header = header.substr(0, kMaxLength);
  if (auto known = state_->recent.find(header)) return known;
  prepare();
  auto agent = std::make_shared<const UserAgent>(interpreted(header, state_->rules->answers(header)));
  state_->recent.remember(header, agent);
  return agent;
}

}  // namespace splitplot::context
