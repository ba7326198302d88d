#include <splitplot/experiment/statistics_choice.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <type_traits>

#include <fmt/format.h>

namespace splitplot::experiment {
namespace {

struct MethodWord {
  ComparisonMethod method;
  std::string_view word;
  std::optional<MetricKind> kind;
};

constexpr std::array<MethodWord, 8> kMethods{{
    {ComparisonMethod::Automatic, "auto", std::nullopt},
    {ComparisonMethod::PooledZ, "pooled-z", MetricKind::Proportion},
    {ComparisonMethod::Fisher, "fisher", MetricKind::Proportion},
    {ComparisonMethod::Boschloo, "boschloo", MetricKind::Proportion},
    {ComparisonMethod::Barnard, "barnard", MetricKind::Proportion},
    {ComparisonMethod::Score, "score", MetricKind::Proportion},
    {ComparisonMethod::Welch, "welch", MetricKind::Mean},
    {ComparisonMethod::Student, "student", MetricKind::Mean},
}};

const MethodWord& entry_of(ComparisonMethod method) {
  return *std::ranges::find(kMethods, method, &MethodWord::method);
}

std::optional<double> number_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

/// "normal:5%,2" to the word and its arguments.
struct Call {
  std::string_view word;
  std::vector<std::string_view> arguments;
};

Call call_of(std::string_view text) {
  Call call;
  const std::size_t colon = text.find(':');
  call.word = text.substr(0, colon);
  if (colon == std::string_view::npos) return call;
  text.remove_prefix(colon + 1);
  for (std::size_t comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
    call.arguments.push_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  call.arguments.push_back(text);
  return call;
}

std::string text_of(const Size& size) {
  return size.relative ? fmt::format("{}%", size.value * 100) : fmt::format("{}", size.value);
}

std::optional<StatedPrior> normal_prior(const Call& call) {
  const auto first = size_of(call.arguments.front());
  const auto last = size_of(call.arguments.back());
  if (call.arguments.size() > 2 || !first || !last || !(last->value > 0)) return std::nullopt;
  return NormalPrior{call.arguments.size() == 2 ? *first : Size{0, last->relative}, *last};
}

std::optional<StatedPrior> prior_of(const Call& call) {
  if (call.word == "flat" && call.arguments.empty()) return FlatPrior{};
  if (call.word == "normal" && !call.arguments.empty()) return normal_prior(call);
  if (call.arguments.size() != 2) return std::nullopt;
  const auto second = number_of(call.arguments[1]);
  if (!second || !(*second > 0)) return std::nullopt;
  if (call.word == "t") {
    const auto scale = size_of(call.arguments[0]);
    if (!scale || !(scale->value > 0)) return std::nullopt;
    return StudentPrior{*scale, *second};
  }
  const auto first = number_of(call.arguments[0]);
  if (call.word != "beta" || !first || !stats::BetaPosterior{*first, *second}.usable()) return std::nullopt;
  return stats::BetaPrior{*first, *second};
}

}  // namespace

std::string_view word_of(ComparisonMethod method) {
  return entry_of(method).word;
}

Result<ComparisonMethod> comparison_method(std::string_view word) {
  const auto found = std::ranges::find(kMethods, word, &MethodWord::word);
  if (found != kMethods.end()) return found->method;
  return fail(ErrorCode::InvalidArgument, fmt::format("'{}' is no method of comparison", word),
              fmt::format("proportions: {}; means: {}; or auto", methods_for(MetricKind::Proportion),
                          methods_for(MetricKind::Mean)));
}

std::optional<MetricKind> kind_of(ComparisonMethod method) {
  return entry_of(method).kind;
}

std::string_view methods_for(MetricKind kind) {
  return kind == MetricKind::Proportion ? "pooled-z, fisher, boschloo, barnard, score" : "welch, student";
}

bool MethodChoices::chosen() const {
  const auto asked = [](ComparisonMethod method) { return method != ComparisonMethod::Automatic; };
  return asked(proportions) || asked(means) || interval ||
         std::ranges::any_of(by_metric, [&](const auto& entry) { return asked(entry.second); });
}

double Size::in_unit(double control_mean) const {
  return relative ? value * std::abs(control_mean) : value;
}

std::optional<Size> size_of(std::string_view text) {
  const bool relative = text.ends_with('%');
  if (relative) text.remove_suffix(1);
  const auto number = number_of(text);
  if (!number) return std::nullopt;
  return Size{relative ? *number / 100 : *number, relative};
}

Result<StatedPrior> stated_prior(std::string_view text) {
  if (auto prior = prior_of(call_of(text))) return *prior;
  return fail(ErrorCode::InvalidArgument, fmt::format("'{}' is no prior", text),
              "a prior is flat, normal:SD, normal:MEAN,SD or t:SCALE,DF of the effect (0.02 in the metric's "
              "unit, 5% of "
              "the control's mean), or beta:A,B of each variant's rate; sizes, DF, A and B are positive");
}

std::string text_of(const StatedPrior& prior) {
  return std::visit(
      [](const auto& p) -> std::string {
        using Prior = std::decay_t<decltype(p)>;
        if constexpr (std::is_same_v<Prior, NormalPrior>) {
          return p.mean.value == 0 ? "normal:" + text_of(p.sd)
                                   : "normal:" + text_of(p.mean) + "," + text_of(p.sd);
        } else if constexpr (std::is_same_v<Prior, StudentPrior>) {
          return fmt::format("t:{},{}", text_of(p.scale), p.degrees);
        } else if constexpr (std::is_same_v<Prior, stats::BetaPrior>) {
          return fmt::format("beta:{},{}", p.a, p.b);
        } else {
          return "flat";
        }
      },
      prior);
}

const StatedPrior& PriorChoices::of(const std::string& metric) const {
  const auto own = by_metric.find(metric);
  return own == by_metric.end() ? all : own->second;
}

Result<PoolingChoice> pooling_choice(std::string_view text) {
  const Call call = call_of(text);
  if (call.arguments.empty()) {
    if (call.word == "adaptive") return AdaptivePooling{};
    if (call.word == "binomial") return BinomialPooling{};
    if (call.word == "none") return NoPooling{};
  } else if (call.arguments.size() == 1) {
    const auto scale = size_of(call.arguments[0]);
    if (scale && scale->value > 0) {
      if (call.word == "half-normal") return HalfNormalPooling{*scale};
      if (call.word == "half-cauchy") return HalfCauchyPooling{*scale};
    }
  }
  return fail(
      ErrorCode::InvalidArgument, fmt::format("'{}' is no way to pool segments", text),
      "there are adaptive, half-normal:SCALE, half-cauchy:SCALE, binomial and none; SCALE is positive, "
      "0.02 in the metric's unit or 5% of the control's mean");
}

std::string text_of(const PoolingChoice& pooling) {
  return std::visit(
      [](const auto& p) -> std::string {
        using Pooling = std::decay_t<decltype(p)>;
        if constexpr (std::is_same_v<Pooling, HalfNormalPooling>) return "half-normal:" + text_of(p.scale);
        if constexpr (std::is_same_v<Pooling, HalfCauchyPooling>) return "half-cauchy:" + text_of(p.scale);
        if constexpr (std::is_same_v<Pooling, BinomialPooling>) return "binomial";
        return std::is_same_v<Pooling, NoPooling> ? "none" : "adaptive";
      },
      pooling);
}

Result<stats::SpendingFunction> spending_function(std::string_view text) {
  const Call call = call_of(text);
  using Family = stats::SpendingFamily;
  if (text == "obf") return stats::SpendingFunction{Family::OBrienFleming, 0};
  if (text == "pocock") return stats::SpendingFunction{Family::Pocock, 0};
  if (call.arguments.size() == 1) {
    const auto parameter = number_of(call.arguments[0]);
    const bool usable = parameter && std::abs(*parameter) <= 500;
    if (usable && call.word == "hsd") return stats::SpendingFunction{Family::HwangShihDeCani, *parameter};
    if (usable && call.word == "power" && *parameter > 0)
      return stats::SpendingFunction{Family::KimDeMetsPower, *parameter};
  }
  return fail(ErrorCode::InvalidArgument, fmt::format("'{}' is no spending function", text),
              "there are obf, pocock, hsd:GAMMA (-4 is cautious early) and power:RHO (RHO positive)");
}

std::string text_of(const stats::SpendingFunction& spending) {
  switch (spending.family) {
    case stats::SpendingFamily::OBrienFleming:
      return "obf";
    case stats::SpendingFamily::Pocock:
      return "pocock";
    case stats::SpendingFamily::HwangShihDeCani:
      return fmt::format("hsd:{}", spending.parameter);
    case stats::SpendingFamily::KimDeMetsPower:
      break;
  }
  return fmt::format("power:{}", spending.parameter);
}

const std::vector<std::pair<std::string, stats::Correction>>& correction_words() {
  static const std::vector<std::pair<std::string, stats::Correction>> words{
      {"holm", stats::Correction::Holm},
      {"hochberg", stats::Correction::Hochberg},
      {"hommel", stats::Correction::Hommel},
      {"bonferroni", stats::Correction::Bonferroni},
      {"sidak", stats::Correction::Sidak},
      {"holm-sidak", stats::Correction::HolmSidak},
      {"hochberg-sidak", stats::Correction::HochbergSidak},
      {"bh", stats::Correction::BenjaminiHochberg},
      {"by", stats::Correction::BenjaminiYekutieli},
      {"none", stats::Correction::None}};
  return words;
}

}  // namespace splitplot::experiment
