// splitplot serve: the server. Opens the data folder, listens, and stops when asked to.

#include "command.hpp"
#include "files.hpp"
#include "server/backup.hpp"
#include "server/file_desk.hpp"
#include "server/file_limit.hpp"
#include "server/installation.hpp"
#include "server/json_log.hpp"
#include "server/request_sources.hpp"
#include "server/serve.hpp"
#include "server/settings.hpp"
#include "server/truth_file.hpp"
#include "stop_signals.hpp"

#include <splitplot/base/key.hpp>
#include <splitplot/report/report.hpp>
#include <splitplot/report/timeline.hpp>
#include <splitplot/serve/server.hpp>

#include <filesystem>
#include <iostream>
#include <memory>
#include <span>

#include <fmt/format.h>

/// The files of web/, built in by cmake/EmbedSite.cmake.
std::span<const splitplot::serve::SiteFile> splitplot_dashboard();

namespace splitplot::app {
namespace {

constexpr auto kGrace = std::chrono::seconds(10);

struct ServeOptions {
  TypedSettings typed;
};

/// Real time, or in test mode one that stands still until it is set.
struct ServerClock {
  SystemClock system;
  std::optional<ManualClock> manual;
  [[nodiscard]] const Clock& get() const { return manual ? static_cast<const Clock&>(*manual) : system; }
};

Result<std::string> results_page(Installation& installation, const catalogue::Scope& scope,
                                 std::string_view experiment, const serve::ResultsRequest& request,
                                 const Clock& clock) {
  const auto analysis = installation.analyze(scope, experiment);
  if (!analysis) return tl::unexpected(analysis.error());
  switch (request.format) {
    case serve::ResultsFormat::Json:
      return report::to_json(*analysis);
    case serve::ResultsFormat::Html:
      return report::to_html(*analysis, rfc3339(clock.now()));
    case serve::ResultsFormat::Text:
      return report::to_terminal(*analysis, request.style);
  }
  return fail(ErrorCode::Internal, "a format of results that does not exist");
}

Result<std::string> timeline_page(Installation& installation, const catalogue::Scope& scope,
                                  std::string_view experiment, std::string_view metric,
                                  const serve::ResultsRequest& request) {
  const auto timeline = installation.timeline(scope, experiment, metric);
  if (!timeline) return tl::unexpected(timeline.error());
  if (request.format == serve::ResultsFormat::Text) return report::to_terminal(*timeline, request.style);
  return report::to_json(*timeline);
}

serve::ExperimentSources experiment_sources(Installation& installation) {
  return {
      [&](const catalogue::Scope& scope) { return installation.experiments(scope); },
      [&](const catalogue::Scope& scope, std::string_view experiment) {
        return installation.analyze(scope, experiment);
      },
      [&](const catalogue::Scope& scope, std::string_view experiment, std::string_view metric,
          const serve::ResultsRequest& request) {
        return timeline_page(installation, scope, experiment, metric, request);
      },
  };
}

serve::TruthSource truth_source(const ServerSettings& settings) {
  if (settings.demo_truth.empty()) return {};
  return [path = settings.demo_truth] { return read_truth(path); };
}

/// Makes a backup under DATA/backups; without a name, one after the time.
Result<Value> back_up_named(const DataFolder& folder, std::string_view name, const Clock& clock) {
  std::string chosen(name);
  const std::string now = rfc3339(clock.now());
  if (chosen.empty()) {
    for (const char c : now) {
      if (c != ':' && c != '-') chosen += c == '.' ? '-' : c;
    }
  }
  const std::string target = folder.backups() + "/" + chosen;
  std::error_code ignored;
  std::filesystem::create_directories(folder.backups(), ignored);
  const auto manifest = back_up(folder, target, now);
  if (!manifest) return tl::unexpected(manifest.error());
  return Value(Value::Object{{"name", chosen},
                             {"folder", std::filesystem::absolute(target).string()},
                             {"journal_end", manifest->journal_end},
                             {"journal_records", manifest->journal_records}});
}

/// Space left for events and the warehouse.
std::optional<std::string> disk_trouble(const ServerSettings& settings) {
  const auto free = store::posix_file_system().free_bytes(settings.data);
  if (!free) return "the data folder cannot be asked for its free space: " + free.error().message;
  if (*free >= settings.journal_reserve_bytes) return std::nullopt;
  return fmt::format("{} bytes are free on the disk of {}, less than the reserve of {}", *free, settings.data,
                     settings.journal_reserve_bytes);
}

std::vector<serve::ReadinessCheck> readiness_checks(const ServerSettings& settings,
                                                    const Installation& installation) {
  std::vector<serve::ReadinessCheck> checks{{"disk", [&settings] { return disk_trouble(settings); }}};
  for (const MissingStore& store : installation.missing()) {
    if (store.name == "events") continue;  // the pipeline says so itself
    checks.push_back({store.name, [why = store.why.message] { return std::optional(why); }});
  }
  return checks;
}

std::string url_of(const ServerSettings& settings, std::uint16_t port) {
  const bool six = settings.listen_address.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}", six ? "[" : "", settings.listen_address, six ? "]" : "", port);
}

serve::StreamLimits stream_limits(const ServerSettings& settings, const serve::ServerLimits& limits,
                                  Log& log) {
  const std::size_t files = raise_file_limit();
  serve::StreamLimits streams;
  streams.streams = streams_within(files, settings.streams, limits.connections);
  streams.streams_of_connection = settings.streams_per_connection;
  // Nobody asked for the default: who has fewer streams than that sees it in the metrics.
  const bool is_set = settings.resolved.at("streams").origin != SettingOrigin::Default;
  if (is_set && streams.streams < settings.streams) {
    log.warn("there can be fewer streams than set: the limit of open files is low",
             {{"streams", streams.streams}, {"set", settings.streams}, {"open_files", files}});
  }
  return streams;
}

void announce(const std::string& url, const ServerSettings& settings) {
  std::cout << fmt::format("\nSplitplot {} listens on {}  (data: {}; stop with Ctrl-C)\n", SPLITPLOT_VERSION,
                           url, settings.data)
            << std::flush;
}

ExitCode failed(const Error& error) {
  print_error(error, ErrorStyle::Text);
  return exit_code_of(error.code);
}

ExitCode run_serve(const ServeOptions& options) {
  const auto settings = resolve_settings(options.typed);
  if (!settings) return failed(settings.error());
  ServeHooks hooks;
  hooks.listening = [&](const std::string& url) -> Result<void> {
    announce(url, *settings);
    return {};
  };
  const auto served = serve_until_signal(*settings, hooks);
  return served ? ExitCode::Success : failed(served.error());
}

}  // namespace

void print_first_keys(std::ostream& out, const std::vector<catalogue::NewCredential>& keys) {
  out << "A new installation. Its keys, shown only now (new ones: splitplot keys add CONNECTION):\n\n";
  for (const catalogue::NewCredential& key : keys) {
    out << fmt::format("  {:<8} {}\n", key.connection, key.secret);
  }
  out << "\nFor the commands apply, get, results ...:  export SPLITPLOT_KEY=<the admin key>\n" << std::flush;
}

Result<void> serve_until_signal(const ServerSettings& settings, const ServeHooks& hooks) {
  const StopSignals signals;
  ServerClock clock;
  if (settings.test_mode) clock.manual.emplace(clock.system.now());
  const auto log = make_json_log(clock.get(), settings.debug_log);
  auto opened = Installation::open(
      settings, clock.get(), *log, [](const auto& keys) { print_first_keys(std::cout, keys); },
      BrokenStores::StandIn);
  if (!opened) return tl::unexpected(opened.error());
  Installation& installation = **opened;

  const auto request_context = open_request_context(settings);
  if (!request_context) return tl::unexpected(request_context.error());
  const DataFolder folder{settings.data};
  const auto uploads = UploadFolder::open(folder.uploads(), clock.get());
  if (!uploads) return tl::unexpected(uploads.error());
  const auto files =
      make_file_desk(**uploads, {settings.analysis_threads, "", folder.uploads() + "/spill"}, clock.get());

  const serve::Services services{
      .catalogue = installation.catalogue(),
      .pipeline = installation.pipeline(),
      .clock = clock.get(),
      .log = *log,
      .loader = installation.loader_if_any(),
      .results =
          [&](const catalogue::Scope& scope, std::string_view experiment,
              const serve::ResultsRequest& request) {
            return results_page(installation, scope, experiment, request, clock.get());
          },
      .back_up = [&](std::string_view name) { return back_up_named({settings.data}, name, clock.get()); },
      .readiness = readiness_checks(settings, installation),
      .test_clock = clock.manual ? &*clock.manual : nullptr,
      .version = SPLITPLOT_VERSION,
      .site = splitplot_dashboard(),
      .traffic = &installation.traffic(),
      .experiments = experiment_sources(installation),
      .files = files.get(),
      .truth = truth_source(settings),
      .request_context = &*request_context};
  serve::ServerOptions server_options;
  server_options.address = settings.listen_address;
  server_options.port = settings.listen_port;
  server_options.io_threads = static_cast<unsigned>(settings.io_threads);
  server_options.access_log = settings.debug_log ? serve::AccessLog::On : serve::AccessLog::Off;
  server_options.streams = stream_limits(settings, server_options.limits, *log);
  server_options.trusted_proxies = settings.trusted_proxies;
  server_options.visitor_requests = settings.visitor_requests;
  const auto server = serve::Server::start(services, server_options);
  if (!server) return tl::unexpected(server.error());

  log->info("listening",
            {{"address", settings.listen_address}, {"port", (*server)->port()}, {"data", settings.data}});
  if (hooks.listening) {
    if (auto begun = hooks.listening(url_of(settings, (*server)->port())); !begun) return begun;
  }
  const int signal = signals.wait();
  log->info("stopping", {{"signal", signal}});
  if (hooks.stopping) hooks.stopping();
  (*server)->stop(kGrace);
  return {};
}

void add_serve_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<ServeOptions>();
  CLI::App* command =
      program.add_subcommand("serve", "Run the server: events in, decisions out, results back");
  add_setting_flags(*command, options->typed);
  command->footer(
      "Every flag can also be an environment variable (SPLITPLOT_LISTEN) or a line of the\n"
      "settings file (listen = 127.0.0.1:8080). splitplot config shows what holds.");
  command->callback([options, &run] { run = [options] { return run_serve(*options); }; });
}

}  // namespace splitplot::app
