// The settings of the server: what holds, and where it comes from. A command-line flag overrides an environment
// variable, that a line of the settings file, that the default.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/serve/server.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace splitplot::app {

/// What one setting is called everywhere: flag `--journal-reserve`, variable SPLITPLOT_JOURNAL_RESERVE, line
/// `journal-reserve = 64MB`.
struct SettingDefinition {
  std::string_view name;
  std::string_view fallback;
  std::string_view meaning;
};

[[nodiscard]] std::span<const SettingDefinition> setting_definitions();

/// SPLITPLOT_JOURNAL_RESERVE of journal-reserve.
[[nodiscard]] std::string environment_name(std::string_view setting);

enum class SettingOrigin { Default, File, Environment, Flag };

[[nodiscard]] std::string_view name_of(SettingOrigin origin);

struct Setting {
  std::string value;
  SettingOrigin origin = SettingOrigin::Default;
};

/// Everything `splitplot serve` can be told.
struct ServerSettings {
  std::string data;
  std::string listen_address;
  std::uint16_t listen_port = 0;
  int io_threads = 0;
  int analysis_threads = 0;
  std::string analysis_memory;
  std::uint64_t journal_reserve_bytes = 0;
  std::chrono::hours duplicate_window{24};
  std::size_t hot_profiles = 0;
  std::size_t streams = 0;
  std::size_t streams_per_connection = 0;
  std::string time_zone;  ///< its name in the IANA database
  serve::TrustedProxies trusted_proxies;
  serve::VisitorRequests visitor_requests = serve::VisitorRequests::Client;
  std::string country_data;     ///< file; empty: the built-in data
  std::string holiday_country;  ///< empty: the visitor's own
  std::string holidays;         ///< file; empty: none
  bool debug_log = false;
  bool test_mode = false;
  std::string demo_truth;  ///< empty: no demo

  std::map<std::string, Setting, std::less<>> resolved;  ///< every setting as text, with its origin
};

/// What was typed: name -> text, and the settings file.
struct TypedSettings {
  std::map<std::string, std::string, std::less<>> flags;
  std::string file;
};

/// Adds a flag for each setting and `--config FILE`.
void add_setting_flags(CLI::App& command, TypedSettings& typed);

/// Adds `--data` and `--config` alone, for commands that only need to find the data.
void add_data_flags(CLI::App& command, TypedSettings& typed);

/// Finds out what holds, and checks it. Without `--config` the file splitplot.conf in the data folder is read, where
/// there is one. Errors: InvalidArgument with the setting's origin, Unreadable, BadData with file and line.
[[nodiscard]] Result<ServerSettings> resolve_settings(const TypedSettings& typed);

/// A number of bytes: "64MB", "1.5GB", "500000". Nothing for anything else.
[[nodiscard]] std::optional<std::uint64_t> bytes_from_text(std::string_view text);

}  // namespace splitplot::app
