/// Where visitors of a page are sent: experiments whose variants are pages of their own. All that redirect from the page
/// are asked in the order of their keys, and the first that the unit takes part in decides, also where its variant stays.
/// GrowthBook's browser SDK does the same with the payload. Allocates for the address; any thread.
#pragma once

#include <splitplot/base/value.hpp>
#include <splitplot/decide/decision.hpp>
#include <splitplot/decide/evaluation.hpp>
#include <splitplot/decide/explanation.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <optional>
#include <string>

namespace splitplot::decide {

struct Redirect {
  std::optional<std::string> address;  ///< nothing: the page that was asked for is shown
  /// Of the experiment that decided; without an experiment where there is none. TargetingKeyMissing: one of this page has
  /// nothing to hash.
  Assignment assignment;
  DecisionError error = DecisionError::None;
};

/// `evaluation.url` is the page's whole address, http or https; nobody is redirected from anywhere else.
[[nodiscard]] Redirect redirect_from(const Snapshot& snapshot, const Evaluation& evaluation);

/// The same, and why: an explanation of a flag `redirect` that answers the address, or null.
[[nodiscard]] Explanation explain_redirect(const Snapshot& snapshot, Evaluation evaluation);

/// What is left for GrowthBook's SDK to do once the server decided: for each experiment that the unit takes part in on
/// this page, one that gives it this variant and knows no other's address.
[[nodiscard]] Value decided_redirects(const Snapshot& snapshot, const Evaluation& evaluation);

}  // namespace splitplot::decide
