#include "power_wording.hpp"

namespace splitplot::report {

std::string_view word_of(stats::DesignMethod method) {
  switch (method) {
    case stats::DesignMethod::AlwaysValid:
      return "always-valid";
    case stats::DesignMethod::FixedHorizon:
      return "fixed";
    case stats::DesignMethod::GroupSequential:
      return "group-sequential";
    case stats::DesignMethod::NonInferiority:
      break;
  }
  return "non-inferiority";
}

std::string_view name_of(stats::DesignMethod method) {
  switch (method) {
    case stats::DesignMethod::AlwaysValid:
      return "Always valid (confidence sequence)";
    case stats::DesignMethod::FixedHorizon:
      return "Fixed horizon";
    case stats::DesignMethod::GroupSequential:
      return "Group sequential (O'Brien-Fleming spending)";
    case stats::DesignMethod::NonInferiority:
      break;
  }
  return "Non-inferiority, fixed horizon";
}

std::string_view reason_for(stats::DesignMethod method) {
  switch (method) {
    case stats::DesignMethod::AlwaysValid:
      return "You may look at any time and stop when the interval leaves out zero. It needs the most units, "
             "and no "
             "discipline.";
    case stats::DesignMethod::FixedHorizon:
      return "One look, when the sample is complete. It needs the fewest units; looking earlier and stopping "
             "when the "
             "result pleases makes it wrong.";
    case stats::DesignMethod::GroupSequential:
      return "A few looks at planned shares of a planned sample. Nearly as few units as one look, and it may "
             "stop early.";
    case stats::DesignMethod::NonInferiority:
      break;
  }
  return "Asks whether the treatment is not worse by the margin or more: for guardrails, where no effect is "
         "good news. "
         "One-sided, one look.";
}

std::string_view word_of(stats::SegmentVerdict verdict) {
  switch (verdict) {
    case stats::SegmentVerdict::Testable:
      return "testable";
    case stats::SegmentVerdict::ToPool:
      return "to pool";
    case stats::SegmentVerdict::Hopeless:
      break;
  }
  return "hopeless";
}

}  // namespace splitplot::report
