// Faults that can be planted into the simulated shop, each one that real experiments suffer from: docs/guides/demo.md says
// what each does and where it shows. Plain values.
#pragma once

#include <splitplot/base/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace splitplot::app::simulate {

enum class FaultKind {
  SampleRatio,   ///< a variant's page crashes in one browser, before anything is reported
  Tracking,      ///< an event is no longer sent from one kind of device
  Novelty,       ///< the effects of an experiment fade with the days since a visitor's first visit
  Interaction,   ///< two variants that are fine alone harm one another
  Displacement,  ///< more goes into the cart, and less is earned
  Harm,          ///< one group orders less
};

/// Members that a kind does not use stay empty.
struct Fault {
  FaultKind kind = FaultKind::SampleRatio;
  std::string experiment, variant;
  std::string browser, device, event, group;
  double from_day = 0;        ///< of the shop; the fault is not there before
  double share = 1;           ///< of the visits that it hits
  double factor = 1;          ///< on a rate or an amount
  double half_life_days = 0;  ///< in which an effect halves
};

[[nodiscard]] std::string_view name_of(FaultKind kind);

/// Reads "srm", "srm,browser=Firefox,from=3": the kind, and what is to differ from its defaults.
/// Errors: InvalidArgument, with the nearest kind, key or value.
[[nodiscard]] Result<Fault> parse_fault(std::string_view text);

/// The fault as `parse_fault` reads it, nothing left to defaults.
[[nodiscard]] std::string to_text(const Fault& fault);

/// All kinds with their keys and defaults, a line each, for help.
[[nodiscard]] std::string fault_help();

}  // namespace splitplot::app::simulate
