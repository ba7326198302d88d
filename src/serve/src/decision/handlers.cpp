#include "decision/handlers.hpp"

#include "answers.hpp"
#include "http/target.hpp"
#include "management/body.hpp"
#include "ofrep/question.hpp"
#include "request_attributes.hpp"
#include "sticky_assignments.hpp"
#include "stored_profile.hpp"

#include <splitplot/decide/explanation.hpp>
#include <splitplot/decide/redirect.hpp>
#include <splitplot/model/json.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace splitplot::serve::decision {
namespace {

using management::problem;

struct Question {
  std::string flag;
  Value context = Value::Object{};
  std::string url;
};

/// An id that no event could have would not be decided either.
std::optional<Response> check_ids(const Value& context) {
  for (const std::string_view name : {"targetingKey", "id"}) {
    const Value* id = context.find(name);
    if (id == nullptr || id->if_text() == nullptr || ofrep::can_be_id_of_event(*id->if_text())) continue;
    return problem(400, "bad_parameter", "the id is longer than 512 bytes, or holds a NUL character");
  }
  return {};
}

std::optional<Response> read_query(const Request& request, Question& question) {
  const auto flag = query_parameter(request.query, "flag");
  if (!flag || flag->empty())
    return problem(400, "bad_parameter", "no flag is named", "add ?flag=KEY and &user=ID");
  question.flag = *flag;
  question.url = query_parameter(request.query, "url").value_or("");
  if (const auto attributes = query_parameter(request.query, "attributes")) {
    Result<Value> read = model::parse_json(*attributes);
    if (!read || read->if_object() == nullptr) {
      return problem(400, "bad_parameter",
                     read ? "'attributes' is no JSON object" : "'attributes': " + read.error().message,
                     "write ?attributes={\"plan\":\"pro\"}, percent-encoded");
    }
    question.context = *std::move(read);
  }
  if (const auto user = query_parameter(request.query, "user")) question.context.set("id", *user);
  return {};
}

enum class About { Flag, Redirect };

std::optional<Response> read_body(const Request& request, About about, Question& question) {
  management::BodyReader body(request.body);
  if (about == About::Flag) {
    const auto flag = body.text("flag");
    body.require("flag", flag.has_value());
    question.flag = flag.value_or("");
  }
  if (auto context = body.object("context")) question.context = Value(*std::move(context));
  question.url = body.text("url").value_or("");
  return body.fault();
}

using Explain =
    std::function<decide::Explanation(const decide::Snapshot&, const decide::Evaluation&, const Question&)>;

/// What was asked, explained by `how`, in the form that was asked for.
Response explained(const Call& call, Question question, std::optional<Response> fault, const Explain& how) {
  if (!fault) fault = check_ids(question.context);
  const std::string format = query_parameter(call.request.query, "format").value_or("json");
  if (!fault && format != "json" && format != "text")
    fault = problem(400, "bad_parameter", "there is no format '" + format + "'", "use json or text");
  if (fault) return *std::move(fault);
  const auto snapshot = call.context.services.catalogue.snapshot(call.principal->scope);
  if (snapshot == nullptr) return problem(503, "unavailable", "the environment has no configuration yet");

  const auto profile = profile_of(call, environment_name(call.principal->scope), question.context);
  const Value* traits = profile != nullptr ? &profile->traits : nullptr;
  const Timestamp now = call.context.services.clock.now();
  if (question.url.empty()) question.url = page_url(question.context);
  const Request nobody;  // who asks why is not the visitor: page and time are all that is known
  call.context.request_attributes->add_missing(question.context, traits,
                                               {nobody, *call.principal, *snapshot, question.url, now});
  decide::Evaluation evaluation(model::Attributes(&question.context, traits));
  const StickyAssignments sticky(call, *snapshot, evaluation.attributes, ofrep::unit_of(question.context),
                                 profile);
  evaluation.sticky = sticky.source();
  evaluation.url = question.url;
  evaluation.now = now;
  const decide::Explanation explanation = how(*snapshot, evaluation, question);
  if (explanation.error == decide::DecisionError::FlagNotFound)
    return problem(404, "not_found", "there is no flag '" + question.flag + "'",
                   decide::nearest_flag(*snapshot, question.flag));
  if (format == "json") return json_response(decide::explanation_value(explanation));
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = decide::explanation_text(explanation);
  return response;
}

}  // namespace

Response explain(const Call& call) {
  Question question;
  const bool by_body = call.request.method == Method::Post;
  std::optional<Response> fault =
      by_body ? read_body(call.request, About::Flag, question) : read_query(call.request, question);
  return explained(call, std::move(question), std::move(fault),
                   [](const auto& snapshot, const auto& evaluation, const Question& asked) {
                     return decide::explain(snapshot, asked.flag, evaluation, &asked.context);
                   });
}

Response explain_redirect(const Call& call) {
  Question question;
  std::optional<Response> fault = read_body(call.request, About::Redirect, question);
  return explained(call, std::move(question), std::move(fault),
                   [](const auto& snapshot, const auto& evaluation, const Question&) {
                     return decide::explain_redirect(snapshot, evaluation);
                   });
}

}  // namespace splitplot::serve::decision
