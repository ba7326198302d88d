#include "answers.hpp"
#include "decision/handlers.hpp"
#include "management/body.hpp"
#include "ofrep/exposures.hpp"
#include "ofrep/met_experiments.hpp"
#include "ofrep/question.hpp"
#include "request_attributes.hpp"
#include "sticky_assignments.hpp"
#include "stored_profile.hpp"

#include <splitplot/decide/redirect.hpp>
#include <splitplot/model/web_address.hpp>

#include <utility>

namespace splitplot::serve::decision {
namespace {

using management::problem;

Value answer(const decide::Redirect& redirect) {
  Value written = Value::Object{{"redirect", redirect.address ? Value(*redirect.address) : Value()},
                                {"experiment", {}},
                                {"variant", {}}};
  if (const model::Experiment* experiment = redirect.assignment.experiment) {
    written.set("experiment", experiment->key);
    written.set("variant", experiment->variants[*redirect.assignment.variant].key);
  }
  return written;
}

}  // namespace

Response redirect(const Call& call) {
  const catalogue::Principal& principal = *call.principal;
  tl::expected<Value, ofrep::BadContext> context = ofrep::read_context(call.request.body);
  if (!context) return problem(400, "bad_request", std::move(context.error().details));
  const std::string url(page_url(*context));
  if (!model::is_web_page(url))
    return problem(400, "bad_parameter", "the context has no whole address of a page under 'url'",
                   R"(send {"context": {"targetingKey": "u1", "url": "https://shop.example/old?a=1"}})");
  const auto snapshot = call.context.services.catalogue.snapshot(principal.scope);
  if (snapshot == nullptr) return problem(503, "unavailable", "the environment has no configuration yet");

  const auto profile = profile_of(call, environment_name(principal.scope), *context);
  const Value* traits = profile != nullptr ? &profile->traits : nullptr;
  const Timestamp now = call.context.services.clock.now();
  call.context.request_attributes->add_missing(*context, traits,
                                               {call.request, principal, *snapshot, url, now});
  decide::Evaluation evaluation(model::Attributes(&*context, traits));
  evaluation.now = now;
  evaluation.url = url;
  StickyAssignments sticky(call, *snapshot, evaluation.attributes, ofrep::unit_of(*context), profile);
  evaluation.sticky = sticky.source();
  ofrep::MetExperiments met(sticky);
  evaluation.observer = &met;
  const decide::Redirect found = decide::redirect_from(*snapshot, evaluation);
  if (found.error == decide::DecisionError::TargetingKeyMissing)
    return problem(400, "targeting_key_missing", "an experiment on this page needs to know who visits it",
                   "add targetingKey to the context");
  if (found.error == decide::DecisionError::CyclicPrerequisite)
    return problem(500, "cyclic_prerequisite",
                   "an experiment on this page needs flags that need one another in a circle",
                   "take one of their prerequisites away");
  sticky.keep(now);
  // As for single evaluations: what a browser asks for, the page reports itself.
  if (principal.kind != model::ConnectionKind::Client && principal.record_exposures) {
    for (const decide::Assignment& assignment : met.assignments()) {
      ofrep::record_exposure({call.context.services.pipeline, call.context.exposures, call.context.metrics},
                             principal, assignment, *context, snapshot->revision(), now);
    }
  }
  Response response = json_response(answer(found));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace splitplot::serve::decision
