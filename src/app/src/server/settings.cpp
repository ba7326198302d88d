#include "server/settings.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/context/holidays.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

constexpr SettingDefinition kSettings[] = {
    {"data", "splitplot-data", "Folder that holds everything; made at the first start"},
    {"listen", "127.0.0.1:8080", "Address and port; port 0 takes a free one"},
    {"io-threads", "2", "Threads that answer requests"},
    {"analysis-threads", "2", "Threads of the analysis, so that it never starves a decision"},
    {"analysis-memory", "1GB", "Memory of the analysis; more spills to disk"},
    {"journal-reserve", "64MB", "Disk space that events leave free; below it they are refused with 503"},
    {"duplicate-window", "24h", "How long the ids of events are remembered, 1h to 168h"},
    {"time-zone", "UTC", "Clocks that times without an offset are by, such as Europe/Berlin"},
    {"trusted-proxies", "", "Addresses and networks whose X-Forwarded-For is believed, such as 10.0.0.0/8"},
    {"visitor-requests", "client", "Whose headers tell of the visitor: client keys, or all"},
    {"country-data", "", "File with the countries of addresses (MMDB), in the place of the built-in data"},
    {"holiday-country", "", "Country whose holidays count, such as DE; without it the visitor's own"},
    {"holidays", "", "CSV file with holidays of your own: date, name, country"},
    {"hot-profiles", "200000", "Profiles that are kept in memory"},
    {"streams", "20000", "Event streams that may be open at once; 0: none are offered"},
    {"streams-per-connection", "15000", "The same, of those with keys of one connection"},
    {"log-level", "info", "info or debug"},
    {"demo-truth", "", "File that the simulator writes its truth to; the dashboard can then show it"},
    {"test-mode", "off", "on: the clock is driven by POST /api/v1/test/clock. For tests only"},
};

constexpr std::string_view kSettingsFile = "splitplot.conf";

tl::unexpected<Error> wrong(std::string_view name, const Setting& setting, std::string_view expected) {
  std::string origin(name_of(setting.origin));
  if (setting.origin == SettingOrigin::Environment) origin = environment_name(name);
  return fail(ErrorCode::InvalidArgument,
              fmt::format("{}: '{}' is not {} ({})", name, setting.value, expected, origin),
              "splitplot config shows what holds and where it comes from");
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_setting(std::string_view name) {
  return std::ranges::find(kSettings, name, &SettingDefinition::name) != std::ranges::end(kSettings);
}

std::string near_setting(std::string_view name) {
  std::vector<std::string> names;
  for (const SettingDefinition& definition : kSettings) names.emplace_back(definition.name);
  const auto nearest = nearest_name(name, names);
  return nearest ? fmt::format("did you mean {}?", *nearest) : "splitplot config lists the settings";
}

using Values = std::map<std::string, std::string, std::less<>>;

Result<Values> read_settings_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::Unreadable, fmt::format("cannot read the settings file {}", path));
  Values values;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#') continue;
    const std::size_t equals = text.find('=');
    if (equals == text.npos) {
      return fail(ErrorCode::BadData, fmt::format("{}:{}: no '=' in '{}'", path, number, text),
                  "write: name = value");
    }
    const std::string name(trimmed(text.substr(0, equals)));
    if (!is_setting(name) || name == "data") {
      return fail(
          ErrorCode::BadData, fmt::format("{}:{}: there is no setting '{}' for a file", path, number, name),
          name == "data" ? "the data folder is given by --data or SPLITPLOT_DATA" : near_setting(name));
    }
    if (!values.emplace(name, trimmed(text.substr(equals + 1))).second) {
      return fail(ErrorCode::BadData, fmt::format("{}:{}: '{}' stands there twice", path, number, name));
    }
  }
  return values;
}

/// Lays the origins over one another.
Result<std::map<std::string, Setting, std::less<>>> lay_over(const TypedSettings& typed) {
  std::map<std::string, Setting, std::less<>> resolved;
  for (const SettingDefinition& definition : kSettings) {
    Setting setting{std::string(definition.fallback), SettingOrigin::Default};
    if (const char* value = std::getenv(environment_name(definition.name).c_str())) {
      setting = {value, SettingOrigin::Environment};
    }
    if (const auto flag = typed.flags.find(definition.name); flag != typed.flags.end()) {
      setting = {flag->second, SettingOrigin::Flag};
    }
    resolved.emplace(definition.name, std::move(setting));
  }
  std::string path = typed.file;
  if (path.empty()) {
    const auto in_data = std::filesystem::path(resolved.at("data").value) / kSettingsFile;
    std::error_code ignored;
    if (!std::filesystem::exists(in_data, ignored)) return resolved;
    path = in_data.string();
  }
  auto values = read_settings_file(path);
  if (!values) return tl::unexpected(values.error());
  for (auto& [name, value] : *values) {
    Setting& setting = resolved.at(name);
    if (setting.origin == SettingOrigin::Default) setting = {std::move(value), SettingOrigin::File};
  }
  return resolved;
}

template <typename T>
std::optional<T> whole(std::string_view text, T least, T most) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    return std::nullopt;
  return value;
}

std::optional<bool> on_or_off(std::string_view text) {
  if (text == "on" || text == "true" || text == "1") return true;
  if (text == "off" || text == "false" || text == "0") return false;
  return std::nullopt;
}

Result<void> set_listen(ServerSettings& settings) {
  const Setting& listen = settings.resolved.at("listen");
  const std::size_t colon = listen.value.rfind(':');
  const auto port = colon == std::string::npos
                        ? std::nullopt
                        : whole<std::uint16_t>(std::string_view(listen.value).substr(colon + 1), 0, 65535);
  if (!port || colon == 0) return wrong("listen", listen, "ADDRESS:PORT");
  settings.listen_address = listen.value.substr(0, colon);
  if (settings.listen_address.starts_with('[') && settings.listen_address.ends_with(']')) {
    settings.listen_address = settings.listen_address.substr(1, settings.listen_address.size() - 2);
  }
  settings.listen_port = *port;
  return {};
}

template <typename T, typename Field>
Result<void> set_whole(const ServerSettings& settings, std::string_view name, T least, T most, Field& field) {
  const Setting& setting = settings.resolved.find(name)->second;
  const auto value = whole<T>(setting.value, least, most);
  if (!value) return wrong(name, setting, fmt::format("a number from {} to {}", least, most));
  field = *value;
  return {};
}

/// How attributes are derived from requests.
Result<void> set_request_context(ServerSettings& settings) {
  const auto& at = settings.resolved;
  auto proxies = serve::TrustedProxies::parse(at.at("trusted-proxies").value);
  if (!proxies) return wrong("trusted-proxies", at.at("trusted-proxies"), "a list of addresses and networks");
  settings.trusted_proxies = *std::move(proxies);
  const std::string& whose = at.at("visitor-requests").value;
  if (whose != "client" && whose != "all")
    return wrong("visitor-requests", at.at("visitor-requests"), "client or all");
  settings.visitor_requests = whose == "all" ? serve::VisitorRequests::All : serve::VisitorRequests::Client;
  settings.country_data = at.at("country-data").value;
  settings.holiday_country = at.at("holiday-country").value;
  const auto known = context::countries_with_holidays();
  const bool is_known = std::ranges::find(known, settings.holiday_country) != known.end();
  if (!settings.holiday_country.empty() && !is_known && at.at("holidays").value.empty())
    return wrong("holiday-country", at.at("holiday-country"), "a country whose holidays are built in");
  settings.holidays = at.at("holidays").value;
  return {};
}

Result<void> set_rest(ServerSettings& settings) {
  const auto& at = settings.resolved;
  settings.data = at.at("data").value;
  if (settings.data.empty()) return wrong("data", at.at("data"), "a folder");
  settings.analysis_memory = at.at("analysis-memory").value;
  if (!bytes_from_text(settings.analysis_memory))
    return wrong("analysis-memory", at.at("analysis-memory"), "an amount of memory");
  const auto reserve = bytes_from_text(at.at("journal-reserve").value);
  if (!reserve) return wrong("journal-reserve", at.at("journal-reserve"), "a number of bytes, such as 64MB");
  settings.journal_reserve_bytes = *reserve;
  std::string_view window = at.at("duplicate-window").value;
  if (window.ends_with('h')) window.remove_suffix(1);
  const auto hours = whole<int>(window, 1, 168);
  if (!hours)
    return wrong("duplicate-window", at.at("duplicate-window"), "a number of hours from 1h to 168h");
  settings.duplicate_window = std::chrono::hours(*hours);
  settings.time_zone = at.at("time-zone").value;
  if (auto set = set_request_context(settings); !set) return set;
  const std::string& level = at.at("log-level").value;
  if (level != "info" && level != "debug") return wrong("log-level", at.at("log-level"), "info or debug");
  settings.debug_log = level == "debug";
  settings.demo_truth = at.at("demo-truth").value;
  const auto test_mode = on_or_off(at.at("test-mode").value);
  if (!test_mode) return wrong("test-mode", at.at("test-mode"), "on or off");
  settings.test_mode = *test_mode;
  return {};
}

}  // namespace

std::span<const SettingDefinition> setting_definitions() {
  return kSettings;
}

std::string environment_name(std::string_view setting) {
  std::string name = "SPLITPLOT_";
  for (const char c : setting)
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::string_view name_of(SettingOrigin origin) {
  switch (origin) {
    case SettingOrigin::Default:
      return "default";
    case SettingOrigin::File:
      return "settings file";
    case SettingOrigin::Environment:
      return "environment";
    case SettingOrigin::Flag:
      return "flag";
  }
  return "default";
}

void add_setting_flags(CLI::App& command, TypedSettings& typed) {
  for (const SettingDefinition& definition : kSettings) {
    const std::string name(definition.name);
    command.add_option_function<std::string>(
        "--" + name, [&typed, name](const std::string& text) { typed.flags[name] = text; },
        fmt::format("{} [{}]", definition.meaning, definition.fallback));
  }
  command.add_option("--config", typed.file, "Settings file, lines of name = value [DATA/splitplot.conf]");
}

void add_data_flags(CLI::App& command, TypedSettings& typed) {
  command.add_option_function<std::string>(
      "--data", [&typed](const std::string& text) { typed.flags["data"] = text; },
      fmt::format("The server's data folder [{}]", kSettings[0].fallback));
  command.add_option("--config", typed.file, "Settings file, lines of name = value [DATA/splitplot.conf]");
}

Result<ServerSettings> resolve_settings(const TypedSettings& typed) {
  auto resolved = lay_over(typed);
  if (!resolved) return tl::unexpected(resolved.error());
  ServerSettings settings;
  settings.resolved = *std::move(resolved);
  if (auto set = set_listen(settings); !set) return tl::unexpected(set.error());
  if (auto set = set_whole<int>(settings, "io-threads", 1, 256, settings.io_threads); !set)
    return tl::unexpected(set.error());
  if (auto set = set_whole<int>(settings, "analysis-threads", 1, 256, settings.analysis_threads); !set)
    return tl::unexpected(set.error());
  if (auto set = set_whole<std::size_t>(settings, "hot-profiles", 1, 1'000'000'000, settings.hot_profiles);
      !set)
    return tl::unexpected(set.error());
  if (auto set = set_whole<std::size_t>(settings, "streams", 0, 10'000'000, settings.streams); !set)
    return tl::unexpected(set.error());
  if (auto set = set_whole<std::size_t>(settings, "streams-per-connection", 1, 10'000'000,
                                        settings.streams_per_connection);
      !set)
    return tl::unexpected(set.error());
  if (auto set = set_rest(settings); !set) return tl::unexpected(set.error());
  return settings;
}

std::optional<std::uint64_t> bytes_from_text(std::string_view text) {
  double amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc() || !(amount >= 0) || !std::isfinite(amount)) return std::nullopt;
  const std::string_view unit =
      trimmed(std::string_view(end, static_cast<std::size_t>(text.data() + text.size() - end)));
  double factor = 1;
  for (const auto& [name, size] : {std::pair<std::string_view, double>{"KB", 1e3},
                                   {"MB", 1e6},
                                   {"GB", 1e9},
                                   {"TB", 1e12},
                                   {"KiB", 1024.0},
                                   {"MiB", 1048576.0},
                                   {"GiB", 1073741824.0},
                                   {"B", 1.0}}) {
    if (equal_ignoring_case(unit, name)) factor = size;
  }
  if (!unit.empty() && factor == 1 && !equal_ignoring_case(unit, "B")) return std::nullopt;
  const double bytes = amount * factor;
  if (bytes > 9e18) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace splitplot::app
