#include "simulate/fault.hpp"

#include "simulate/shop_groups.hpp"

#include <splitplot/base/spelling.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace splitplot::app::simulate {
namespace {

/// A kind with its keys and defaults, in the form in which they are typed.
struct FaultDefinition {
  FaultKind kind;
  std::string_view name;
  std::string_view defaults;
};

constexpr std::array<FaultDefinition, 6> kFaults{{
    {FaultKind::SampleRatio, "srm",
     "experiment=free-shipping-banner,variant=banner,browser=Safari,from=3,share=0.5"},
    {FaultKind::Tracking, "tracking", "event=Order Completed,device=mobile,from=3"},
    {FaultKind::Novelty, "novelty", "experiment=free-shipping-banner,half-life=2"},
    {FaultKind::Interaction, "interaction", "factor=0.6"},
    {FaultKind::Displacement, "displacement", "factor=0.75"},
    {FaultKind::Harm, "harm", "experiment=checkout-flow,variant=one-page,group=loyal,factor=0.6"},
}};

constexpr std::array<std::string_view, 6> kEvents{"Page Viewed",      "Product Viewed",  "Product Added",
                                                  "Checkout Started", "Order Completed", "Support Contacted"};

template <typename Range>
std::vector<std::string> names_in(const Range& kinds) {
  std::vector<std::string> names;
  for (const auto& kind : kinds) names.emplace_back(kind.name);
  return names;
}

std::vector<std::string> texts_of(std::span<const std::string_view> views) {
  return {views.begin(), views.end()};
}

/// What a key may hold; empty: a number.
std::vector<std::string> known_values(std::string_view key, const Fault& fault) {
  if (key == "experiment") return {std::string(kBannerExperiment), std::string(kFlowExperiment)};
  if (key == "variant") {
    return texts_of(fault.experiment == kFlowExperiment ? std::span<const std::string_view>(kFlowVariants)
                                                        : std::span<const std::string_view>(kBannerVariants));
  }
  if (key == "browser") return names_in(kBrowsers);
  if (key == "device") return names_in(kDevices);
  if (key == "event") return texts_of(kEvents);
  std::vector<std::string> groups;
  if (key == "group")
    for (const ShopGroup& group : kShopGroups) groups.emplace_back(group.key);
  return groups;
}

std::string* text_member(Fault& fault, std::string_view key) {
  if (key == "experiment") return &fault.experiment;
  if (key == "variant") return &fault.variant;
  if (key == "browser") return &fault.browser;
  if (key == "device") return &fault.device;
  if (key == "event") return &fault.event;
  if (key == "group") return &fault.group;
  return nullptr;
}

double* number_member(Fault& fault, std::string_view key) {
  if (key == "from") return &fault.from_day;
  if (key == "share") return &fault.share;
  if (key == "factor") return &fault.factor;
  if (key == "half-life") return &fault.half_life_days;
  return nullptr;
}

std::string near(std::string_view word, const std::vector<std::string>& known) {
  const auto nearest = nearest_name(word, known);
  return nearest ? fmt::format("did you mean {}?", *nearest)
                 : fmt::format("one of: {}", fmt::join(known, ", "));
}

Result<void> set_number(double& member, std::string_view key, std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const double most = key == "share" ? 1 : 10'000;
  const bool too_small = value < 0 || (key == "half-life" && value <= 0);
  if (error != std::errc() || end != text.data() + text.size() || !(value <= most) || too_small) {
    return fail(ErrorCode::InvalidArgument, fmt::format("fault: {} is '{}', not a number {}", key, text,
                                                        key == "share" ? "from 0 to 1" : "that makes sense"));
  }
  member = value;
  return {};
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::vector<std::string> keys_of(const FaultDefinition& definition) {
  std::vector<std::string> keys;
  for (const std::string_view pair : parts_of(definition.defaults))
    keys.emplace_back(pair.substr(0, pair.find('=')));
  return keys;
}

Result<void> set_pair(Fault& fault, const FaultDefinition& definition, std::string_view pair) {
  const std::size_t equals = std::min(pair.find('='), pair.size());
  const std::string_view key = pair.substr(0, equals);
  const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
  const std::vector<std::string> keys = keys_of(definition);
  if (std::ranges::find(keys, key) == keys.end()) {
    return fail(ErrorCode::InvalidArgument, fmt::format("fault '{}' has no '{}'", definition.name, key),
                near(key, keys));
  }
  if (double* number = number_member(fault, key)) return set_number(*number, key, value);
  const std::vector<std::string> known = known_values(key, fault);
  if (std::ranges::find(known, value) == known.end()) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("fault '{}': there is no {} '{}'", definition.name, key, value),
                near(value, known));
  }
  *text_member(fault, key) = value;
  return {};
}

}  // namespace

std::string_view name_of(FaultKind kind) {
  return std::ranges::find(kFaults, kind, &FaultDefinition::kind)->name;
}

Result<Fault> parse_fault(std::string_view text) {
  const std::vector<std::string_view> parts = parts_of(text);
  const auto* definition = std::ranges::find(kFaults, parts.front(), &FaultDefinition::name);
  if (definition == kFaults.end()) {
    return fail(ErrorCode::InvalidArgument, fmt::format("there is no fault '{}'", parts.front()),
                near(parts.front(), names_in(kFaults)));
  }
  Fault fault;
  fault.kind = definition->kind;
  for (const std::string_view pair : parts_of(definition->defaults)) {
    if (auto set = set_pair(fault, *definition, pair); !set) return tl::unexpected(set.error());
  }
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (auto set = set_pair(fault, *definition, parts[i]); !set) return tl::unexpected(set.error());
  }
  const std::vector<std::string> variants = known_values("variant", fault);
  if (!fault.variant.empty() && std::ranges::find(variants, fault.variant) == variants.end()) {
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("fault '{}': {} has no variant '{}'", definition->name, fault.experiment, fault.variant),
        near(fault.variant, variants));
  }
  return fault;
}

std::string to_text(const Fault& fault) {
  const auto& definition = *std::ranges::find(kFaults, fault.kind, &FaultDefinition::kind);
  Fault copy = fault;
  std::string text(definition.name);
  for (const std::string& key : keys_of(definition)) {
    const std::string* word = text_member(copy, key);
    text += word != nullptr ? fmt::format(",{}={}", key, *word)
                            : fmt::format(",{}={}", key, *number_member(copy, key));
  }
  return text;
}

std::string fault_help() {
  std::string help;
  for (const FaultDefinition& definition : kFaults) {
    help += fmt::format("  {},{}\n", definition.name, definition.defaults);
  }
  return help;
}

}  // namespace splitplot::app::simulate
