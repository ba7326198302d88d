#include "served_wording.hpp"

#include "numbers.hpp"
#include "wording.hpp"

#include <fmt/format.h>

namespace splitplot::report {
namespace {

using experiment::Analysis;
using experiment::ServedFacts;

/// "2026-11-22 14:42:34 UTC"
std::string moment(Timestamp time) {
  std::string text = rfc3339(time).substr(0, 19);
  text[10] = ' ';
  return text + " UTC";
}

std::string plan(const Analysis& analysis, const ServedFacts& served) {
  const bool fixed = analysis.request.monitoring == experiment::Monitoring::FixedHorizon;
  std::string text = fixed ? "one look" : "valid at every look";
  if (served.planned_units)
    text += fmt::format(", {} {} units", fixed ? "at" : "tuned for", count(*served.planned_units));
  text += fmt::format("; frozen {} with configuration {}", moment(served.started), served.revision);
  if (!served.fingerprint.empty()) text += ", " + served.fingerprint;
  return text;
}

std::string exposures(const ServedFacts& served) {
  if (!served.first_exposure || !served.last_exposure) return "none yet";
  const std::string configurations =
      served.first_revision == served.last_revision
          ? fmt::format("configuration {}", served.first_revision)
          : fmt::format("configurations {} to {}", served.first_revision, served.last_revision);
  return fmt::format("{} from {} to {}, under {}", count(served.exposures), moment(*served.first_exposure),
                     moment(*served.last_exposure), configurations);
}

std::string data_until(const ServedFacts& served) {
  const std::string place = fmt::format("journal offset {}", count(served.watermark));
  return served.last_received ? fmt::format("received by {}, {}", moment(*served.last_received), place)
                              : place;
}

}  // namespace

std::vector<ServedFact> served_facts(const Analysis& analysis) {
  if (!analysis.served) return {};
  const ServedFacts& served = *analysis.served;
  std::vector<ServedFact> facts;
  if (!served.hypothesis.empty()) facts.push_back({"Hypothesis", served.hypothesis});
  facts.push_back({"Environment", fmt::format("{}, by {}", served.environment, served.unit)});
  facts.push_back({"Plan", plan(analysis, served)});
  if (served.stopped) facts.push_back({"Stopped", moment(*served.stopped)});
  facts.push_back({"Exposures", exposures(served)});
  facts.push_back({"Data", data_until(served)});
  facts.push_back({"Deviations", served.deviations.empty()
                                     ? "none: the experiment is as it was planned"
                                     : fmt::format("{} since the start, see the findings",
                                                   counted(served.deviations.size(), "change"))});
  return facts;
}

}  // namespace splitplot::report
