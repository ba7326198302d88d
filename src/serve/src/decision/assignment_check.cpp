#include "decision/handlers.hpp"
#include "http/target.hpp"
#include "management/body.hpp"

#include <splitplot/experiment/assignment_check.hpp>
#include <splitplot/report/assignment_check.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace splitplot::serve::decision {
namespace {

using management::problem;

constexpr std::uint64_t kMostSimulated = 1'000'000;
/// Below the members that a body may have.
constexpr std::size_t kMostKnown = 90'000;

std::optional<Response> read(const Request& request, experiment::AssignmentCheckRequest& question,
                             std::vector<std::string>& ids) {
  management::BodyReader body(request.body);
  question.simulated_ids = body.whole_number("simulated").value_or(question.simulated_ids);
  question.seed = body.whole_number("seed").value_or(question.seed);
  if (question.simulated_ids > kMostSimulated) body.complain("/simulated", "it is more than 1,000,000");
  const Value::Array known = body.list("ids").value_or(Value::Array());
  if (known.size() > kMostKnown) body.complain("/ids", "there are more than 90,000 ids");
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i].if_text() == nullptr || known[i].if_text()->empty()) {
      body.complain("/ids/" + std::to_string(i), "an id is a text that is not empty");
      break;
    }
    ids.push_back(*known[i].if_text());
  }
  return body.fault();
}

}  // namespace

Response check_assignment(const Call& call) {
  experiment::AssignmentCheckRequest question;
  std::vector<std::string> ids;
  if (auto fault = read(call.request, question, ids)) return *std::move(fault);
  const std::string format = query_parameter(call.request.query, "format").value_or("json");
  if (format != "json" && format != "text")
    return problem(400, "bad_parameter", "there is no format '" + format + "'", "use json or text");
  const auto snapshot = call.context.services.catalogue.snapshot(call.principal->scope);
  if (snapshot == nullptr) return problem(503, "unavailable", "the environment has no configuration yet");
  question.experiment = call.parameters.front();
  question.known_ids = ids;
  const auto check = experiment::check_assignment(*snapshot, question);
  if (!check) return problem(check.error());
  Response response;
  response.content_type = format == "json" ? "application/json" : "text/plain; charset=utf-8";
  response.body =
      format == "json" ? report::assignment_check_json(*check) : report::assignment_check_text(*check);
  return response;
}

}  // namespace splitplot::serve::decision
