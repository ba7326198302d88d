#include "redirects.hpp"

#include <splitplot/model/web_address.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace splitplot::model {
namespace {

bool redirects(const Experiment& experiment) {
  return std::ranges::any_of(experiment.variants,
                             [](const ExperimentVariant& variant) { return !variant.redirect.empty(); });
}

void check_addresses(const Experiment& experiment, const Spot& variants) {
  for (std::size_t i = 0; i < experiment.variants.size(); ++i) {
    const std::string& redirect = experiment.variants[i].redirect;
    if (redirect.empty()) continue;
    const Spot place = variants.at(i).at("redirect");
    if (experiment.compiled_pages != nullptr && experiment.compiled_pages->matches(redirect))
      place.problem("it leads to a page that the experiment is about, and would be redirected from again",
                    "leave that page out: add {type: simple, pattern: ..., include: false} to pages");
    for (std::size_t j = 0; j < i; ++j) {
      if (experiment.variants[j].redirect == redirect)
        place.warning("it leads where the variant '" + experiment.variants[j].key + "' leads, too",
                      "variants that show the same differ by chance alone");
    }
  }
}

}  // namespace

std::string read_redirect(ObjectReader& variant) {
  const std::optional<std::string> written = variant.text("redirect");
  if (!written) return {};
  Result<std::string> address = web_address(*written);
  if (address) return *std::move(address);
  variant.at("redirect").problem(address.error().message, address.error().hint);
  return {};
}

void read_redirects(ObjectReader& reader, Experiment& experiment) {
  const std::optional<bool> keep_query = reader.boolean("keep_query");
  experiment.keep_query = keep_query.value_or(true);
  if (!redirects(experiment)) {
    if (keep_query)
      reader.at("keep_query")
          .warning("no variant redirects", "write variants: [..., {key: ..., redirect: https://...}]");
    return;
  }
  if (reader.take("pages") == nullptr)
    reader.at("variants")
        .problem("variants redirect, and nothing says from which pages",
                 "add pages: [https://shop.example/old]");
  if (experiment.holdout)
    reader.at("holds_out")
        .problem("an experiment that redirects shows something, and cannot hold out",
                 "make two experiments of it");
  check_addresses(experiment, reader.at("variants"));
}

void check_redirect_chains(const ByKey<Experiment>& experiments, Findings& findings) {
  std::vector<const Experiment*> all;
  for (const auto& [key, experiment] : experiments) {
    if (experiment.status != ExperimentStatus::Stopped && redirects(experiment) &&
        experiment.compiled_pages != nullptr)
      all.push_back(&experiment);
  }
  for (const Experiment* from : all) {
    for (std::size_t i = 0; i < from->variants.size(); ++i) {
      if (from->variants[i].redirect.empty()) continue;
      const auto leads_to = [&](const Experiment* to) {
        return to != from && to->compiled_pages->matches(from->variants[i].redirect);
      };
      const auto next = std::ranges::find_if(all, leads_to);
      if (next == all.end()) continue;
      Spot(findings, to_text(DocumentId{DocumentKind::Experiment, from->key}))
          .at("variants")
          .at(i)
          .at("redirect")
          .warning("it leads to a page that the experiment '" + (*next)->key + "' redirects from",
                   "let one of them leave the other's page out, or they send visitors on, or in circles");
    }
  }
}

}  // namespace splitplot::model
