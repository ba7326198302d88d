#include "simulate/shop_flags.hpp"

namespace splitplot::app::simulate {

void add_shop_flags(CLI::App& command, ShopFlags& flags) {
  command.add_option("--seed", flags.seed, "Seed; the same seed plays the same shop")->capture_default_str();
  command.add_flag("--aa", flags.with_aa, "Also an experiment whose variants are the same");
  command.add_option("--fault", flags.faults,
                     "Plant a fault: KIND[,key=value...]; may be given several times");
  const auto add_share = [&command](const char* name, double& share, const char* meaning) {
    command.add_option(name, share, meaning)->capture_default_str()->check(CLI::Range(0.0, 1.0));
  };
  Disturbances& untidy = flags.disturbances;
  add_share("--bots", untidy.bots, "Share of visitors that are robots");
  add_share("--duplicates", untidy.duplicates, "Share of requests that are sent twice");
  add_share("--late", untidy.late, "Share of requests that come hours late");
  add_share("--skewed", untidy.skewed, "Share of visitors whose clock is wrong");
  add_share("--anonymous", untidy.anonymous, "Share of visitors that log in on a later visit");
  command.footer("Faults, with their defaults:\n" + fault_help());
}

Result<ShopOptions> shop_options(const ShopFlags& flags) {
  ShopOptions options{flags.seed, flags.disturbances, flags.with_aa, {}};
  for (const std::string& text : flags.faults) {
    const auto fault = parse_fault(text);
    if (!fault) return tl::unexpected(fault.error());
    options.faults.push_back(*fault);
  }
  return options;
}

}  // namespace splitplot::app::simulate
