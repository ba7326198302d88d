#include "answers.hpp"
#include "decision/handlers.hpp"
#include "management/body.hpp"
#include "stored_profile.hpp"

#include <splitplot/decide/assigner.hpp>

#include <optional>
#include <string>
#include <utility>

namespace splitplot::serve::decision {
namespace {

using management::problem;

constexpr std::size_t kMostUnits = 1000;

struct Question {
  Value::Array units;
  std::string flag;
};

std::optional<Response> read(const Request& request, Question& question) {
  management::BodyReader body(request.body);
  auto units = body.list("units");
  body.require("units", units.has_value());
  question.flag = body.text("flag").value_or("");
  if (units && units->size() > kMostUnits)
    body.complain("/units", "there are more than 1,000 units", "ask in several requests");
  for (std::size_t i = 0; units && i < units->size(); ++i) {
    if ((*units)[i].if_object() == nullptr) {
      body.complain("/units/" + std::to_string(i), "a unit is an object: its id and what is known of it");
      break;
    }
  }
  if (auto fault = body.fault()) return fault;
  question.units = *std::move(units);
  return {};
}

Value assignment_value(const decide::AssignedUnit& answer, const decide::Assigner& assigner) {
  Value value = Value::Object{};
  if (answer.variant) {
    value.set("variant", assigner.experiment().variants[*answer.variant].key);
    if (!answer.counts) value.set("forced", true);
  } else {
    value.set("reason", answer.refusal);
  }
  if (answer.value) value.set("value", *answer.value);
  return value;
}

}  // namespace

Response assignments(const Call& call) {
  Question question;
  if (auto fault = read(call.request, question)) return *std::move(fault);
  const auto snapshot = call.context.services.catalogue.snapshot(call.principal->scope);
  if (snapshot == nullptr) return problem(503, "unavailable", "the environment has no configuration yet");
  auto assigner = decide::Assigner::of(*snapshot, call.parameters.front(), question.flag,
                                       call.context.services.clock.now());
  if (!assigner) return problem(assigner.error());
  const std::string environment = environment_name(call.principal->scope);
  Value::Array answers;
  answers.reserve(question.units.size());
  for (const Value& unit : question.units) {
    const auto profile = profile_of(call, environment, unit);
    const model::Attributes known(&unit, profile != nullptr ? &profile->traits : nullptr);
    answers.push_back(assignment_value(assigner->assign(known, &unit), *assigner));
  }
  Value planned = Value::Object{};
  for (std::size_t i = 0; i < assigner->planned().size(); ++i)
    planned.set(assigner->experiment().variants[i].key, assigner->planned()[i]);
  return json_response(Value::Object{{"experiment", assigner->experiment().key},
                                     {"attribute", assigner->experiment().attribute},
                                     {"revision", snapshot->revision()},
                                     {"planned", std::move(planned)},
                                     {"assignments", std::move(answers)}});
}

}  // namespace splitplot::serve::decision
