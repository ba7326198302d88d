// splitplot simulate: a shop with a written-down truth, played in-process at full speed or as HTTP clients of a server.

#include "command.hpp"
#include "files.hpp"
#include "server/installation.hpp"
#include "server/json_log.hpp"
#include "server/serve.hpp"
#include "simulate/fast_forward.hpp"
#include "simulate/live_run.hpp"
#include "simulate/shop_documents.hpp"
#include "simulate/shop_flags.hpp"

#include <splitplot/model/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

using namespace simulate;

constexpr std::uint64_t kMostDays = 3660;

struct SimulateOptions {
  bool fast_forward = false;
  TypedSettings typed;
  std::uint64_t days = 28;
  std::uint64_t users = 20'000;
  std::string from = "2026-01-05T00:00:00Z";
  ShopFlags shop;
  LiveRunOptions live;  ///< also --truth and --json, of both ways
};

ExitCode failed(const Error& error, ErrorStyle style) {
  print_error(error, style);
  return exit_code_of(error.code);
}

std::string summary_text(const ShopModel& model, const FastForwardOptions& span, const ShopCounts& counts,
                         double seconds) {
  return fmt::format(
      "A shop from {} to {}, seed {}: {} visitors, {} visits, {} events, {} orders.\nPlayed in {:.1f} s.\n",
      rfc3339(span.from), rfc3339(span.until), model.options().seed, counts.visitors, counts.visits,
      counts.events, counts.orders, seconds);
}

Result<void> run_days(FastForward& play, const FastForwardOptions& span) {
  const auto days = std::max<std::int64_t>(1, (span.until - span.from) / std::chrono::hours(24));
  for (std::int64_t day = 1; day <= days; ++day) {
    const Timestamp time = day == days ? span.until : span.from + day * std::chrono::hours(24);
    if (auto done = play.run_until(time); !done) return done;
    std::cerr << fmt::format("day {} of {}: {} visits, {} events\n", day, days, play.counts().visits,
                             play.counts().events);
  }
  std::cerr << "loading the rest into the warehouse\n";
  return play.finish();
}

Result<std::string> fast_forward(const SimulateOptions& options, const ShopModel& model,
                                 const FastForwardOptions& span) {
  const auto began = std::chrono::steady_clock::now();
  const auto settings = resolve_settings(options.typed);
  if (!settings) return tl::unexpected(settings.error());
  ManualClock clock(span.from);
  const auto log = make_json_log(clock, settings->debug_log);
  auto installation = Installation::open(*settings, clock, *log, [&options](const auto& keys) {
    print_first_keys(options.live.json ? std::cerr : std::cout, keys);
  });
  if (!installation) return tl::unexpected(installation.error());
  if ((*installation)->journal_recovery().records > 0) {
    return fail(ErrorCode::Conflict, fmt::format("there are events in {} already", settings->data),
                "name an empty folder by --data");
  }
  if (auto opened = open_shop((*installation)->catalogue(), model); !opened)
    return tl::unexpected(opened.error());
  FastForward play(**installation, clock, model, span);
  if (auto done = run_days(play, span); !done) return tl::unexpected(done.error());

  const Value truth = play.truth().document(span.from, span.until, play.counts());
  if (!options.live.truth_path.empty()) {
    if (auto written = write_file(options.live.truth_path, model::pretty_json(truth) + "\n"); !written)
      return tl::unexpected(written.error());
  }
  if (options.live.json) return model::pretty_json(truth) + "\n";
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return summary_text(model, span, play.counts(), took.count()) +
         fmt::format("Look at it:  splitplot serve --data {}\n", settings->data);
}

Result<std::string> run_simulate(const SimulateOptions& options) {
  const auto shop = shop_options(options.shop);
  if (!shop) return tl::unexpected(shop.error());
  if (!options.fast_forward) return run_live(options.live, *shop);
  const auto from = parse_rfc3339(options.from);
  if (!from) {
    return fail(ErrorCode::InvalidArgument, fmt::format("--from: '{}' is no time", options.from),
                "write it like 2026-01-05T00:00:00Z");
  }
  const ShopModel model(*shop, *from);
  return fast_forward(options, model,
                      {*from, *from + std::chrono::hours(24) * options.days, options.users, {}});
}

void add_live_flags(CLI::App& command, LiveRunOptions& live) {
  command.add_option("--key", live.key, "Live: a key of a server connection");
  command.add_option("--admin-key", live.admin_key, "Live: an admin key, to apply the shop's documents with");
  command.add_option("--rate", live.visitors_per_second, "Live: new visitors a second")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 100'000.0));
  command.add_option("--speed", live.speed, "Live: how much faster time runs in the shop")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 1'000'000.0));
  command.add_option("--visitors", live.visitors, "Live: close after so many new visitors");
  command.add_option("--for", live.seconds, "Live: close after so many seconds");
}

}  // namespace

void add_simulate_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<SimulateOptions>();
  CLI::App* command =
      program.add_subcommand("simulate", "Play a shop with a written-down truth, for tests and trials");
  auto* way = command->add_option_group("way to run");
  way->add_flag("--fast-forward", options->fast_forward, "In-process on a simulated clock, into --data");
  way->add_option("--live", options->live.url, "As HTTP clients of the server at this address");
  way->require_option(1);
  add_data_flags(*command, options->typed);
  command->add_option("--days", options->days, "How long the shop runs")
      ->capture_default_str()
      ->check(CLI::Range(std::uint64_t{1}, kMostDays));
  command->add_option("--users", options->users, "Visitors, in all")
      ->capture_default_str()
      ->check(CLI::Range(1, 50'000'000));
  command->add_option("--from", options->from, "When it begins")->capture_default_str();
  command->add_option("--truth", options->live.truth_path, "File for the truth, as JSON");
  command->add_flag("--json", options->live.json, "Print the truth");
  add_live_flags(*command, options->live);
  add_shop_flags(*command, options->shop);
  command->callback([options, &run] {
    run = [options] {
      const auto told = run_simulate(*options);
      if (!told) return failed(told.error(), options->live.json ? ErrorStyle::Json : ErrorStyle::Text);
      std::cout << *told;
      return ExitCode::Success;
    };
  });
}

}  // namespace splitplot::app
