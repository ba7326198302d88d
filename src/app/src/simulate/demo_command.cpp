// splitplot demo: a server with a shop that is open, in one process, for people who want to see what there is to see.

#include "command.hpp"
#include "server/json_log.hpp"
#include "server/serve.hpp"
#include "shell_text.hpp"
#include "simulate/demo_shop.hpp"
#include "simulate/shop_flags.hpp"

#include <splitplot/serve/server.hpp>

#include <filesystem>
#include <iostream>
#include <memory>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

using namespace simulate;

constexpr const char* kFolder = "splitplot-demo";

struct DemoOptions {
  TypedSettings typed;
  ShopFlags shop;
  std::uint64_t users = 40'000;
  DemoPace pace;
};

/// How this program was started, so that the command can be typed again.
std::string program_path() {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "splitplot" : shell_word(path.string());
}

void print_address(const DemoShop& shop, const std::string& url, const std::string& folder) {
  std::cout
      << fmt::format(
             "\nThe demo shop is open:  {0}/#key={1}\n\n"
             "What to look at:\n"
             "  - checkout-flow: no variant is best for everybody. Which group should get which checkout?\n"
             "  - free-shipping-banner: it helps over all, and costs money with one group. With which?\n"
             "  - the truth: this shop is simulated, so what its variants really do is known "
             "(docs/guides/demo.md).\n\n"
             "On the command line, in another terminal:\n"
             "  export SPLITPLOT_SERVER={0} SPLITPLOT_KEY={1}\n"
             "  {3} results checkout-flow\n\n"
             "Data: {2}; the next start goes on with them. Stop with Ctrl-C.\n",
             url, shop.admin_key(), folder, program_path())
      << std::flush;
}

Result<void> run_demo(DemoOptions options) {
  if (!options.typed.flags.contains("data") && std::getenv("SPLITPLOT_DATA") == nullptr) {
    options.typed.flags["data"] = kFolder;
  }
  auto settings = resolve_settings(options.typed);
  if (!settings) return tl::unexpected(settings.error());
  const std::string folder = settings->data;
  const auto shop_options_given = shop_options(options.shop);
  if (!shop_options_given) return tl::unexpected(shop_options_given.error());
  if (!DemoShop::is_in(folder)) {
    // Before a week is played for nothing.
    if (auto free = serve::check_can_listen(settings->listen_address, settings->listen_port); !free)
      return free;
    std::cout << "Opening a shop, with the visits of a week ...\n" << std::flush;
    if (auto made = DemoShop::make(*settings, *shop_options_given, options.users); !made) return made;
  }
  options.typed.flags["demo-truth"] = DemoShop::truth_path(folder);
  settings = resolve_settings(options.typed);
  if (!settings) return tl::unexpected(settings.error());
  auto shop = DemoShop::open(folder);
  if (!shop) return tl::unexpected(shop.error());
  const SystemClock clock;
  const auto log = make_json_log(clock, settings->debug_log);
  ServeHooks hooks;
  hooks.listening = [&](const std::string& url) -> Result<void> {
    print_address(**shop, url, folder);
    (*shop)->start(url, options.pace, *log);
    return {};
  };
  hooks.stopping = [&] { (*shop)->stop(); };
  return serve_until_signal(*settings, hooks);
}

}  // namespace

void add_demo_command(CLI::App& program, Run& run) {
  const auto options = std::make_shared<DemoOptions>();
  options->shop.disturbances = kDemoDisturbances;
  options->shop.seed = 5;
  CLI::App* command = program.add_subcommand("demo", "Run the server with a simulated shop, to look around");
  add_setting_flags(*command, options->typed);
  command->add_option("--users", options->users, "Visitors of the week before")
      ->capture_default_str()
      ->check(CLI::Range(100, 1'000'000));
  command->add_option("--rate", options->pace.visitors_per_second, "New visitors a second")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 1000.0));
  command->add_option("--speed", options->pace.speed, "How much faster time runs in the shop")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 10'000.0));
  add_shop_flags(*command, options->shop);
  command->callback([options, &run] {
    run = [options] {
      const auto done = run_demo(*options);
      if (done) return ExitCode::Success;
      print_error(done.error(), ErrorStyle::Text);
      return exit_code_of(done.error().code);
    };
  });
}

}  // namespace splitplot::app
