/// What all handlers that change documents share: who did it and why, and the commit with its refusals.
#pragma once

#include "answers.hpp"
#include "call.hpp"
#include "management/body.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/catalogue/catalogue.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace splitplot::serve::management {

enum class DryRun { No, Yes };

/// As it stands in the history.
[[nodiscard]] std::string author_of(const Call& call);

/// The member `message` of a body.
[[nodiscard]] std::string message_of(BodyReader& body);

/// 422 with all problems.
[[nodiscard]] Response problems_response(const std::vector<model::Problem>& problems);
[[nodiscard]] Value to_value(const std::vector<model::Problem>& problems);

/// Commits a plan that has no problems, or pretends to; else the answer that says why not.
[[nodiscard]] tl::expected<catalogue::Committed, Response> commit(const Call& call,
                                                                  const catalogue::ChangePlan& plan,
                                                                  DryRun dry_run, std::string_view message);

}  // namespace splitplot::serve::management
