#include "management/change.hpp"

#include "management/document_json.hpp"

#include <utility>

namespace splitplot::serve::management {
namespace {

constexpr std::size_t kMostMessageBytes = 1000;

}  // namespace

std::string author_of(const Call& call) {
  return "connection " + call.principal->connection;
}

std::string message_of(BodyReader& body) {
  std::string message = body.text("message").value_or("");
  if (message.size() > kMostMessageBytes) {
    body.complain("/message", "'message' is longer than " + std::to_string(kMostMessageBytes) + " bytes");
  }
  return message;
}

Value to_value(const std::vector<model::Problem>& problems) {
  Value::Array all;
  for (const model::Problem& problem : problems) all.push_back(to_value(problem));
  return all;
}

Response problems_response(const std::vector<model::Problem>& problems) {
  return unprocessable(*to_value(problems).if_array());
}

tl::expected<catalogue::Committed, Response> commit(const Call& call, const catalogue::ChangePlan& plan,
                                                    DryRun dry_run, std::string_view message) {
  if (!plan.problems.empty()) return tl::unexpected(problems_response(plan.problems));
  if (dry_run == DryRun::Yes || !plan.changes_anything())
    return catalogue::Committed{.revision = plan.based_on, .credentials = {}};
  Result<catalogue::Committed> result =
      call.context.services.catalogue.commit(plan, author_of(call), message);
  if (!result) return tl::unexpected(problem(result.error()));
  call.context.services.log.info("configuration changed", {{"revision", result->revision},
                                                           {"environment", environment_name(plan.scope)},
                                                           {"author", author_of(call)}});
  return *std::move(result);
}

}  // namespace splitplot::serve::management
