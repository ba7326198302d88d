#include "stored_profile.hpp"

#include "ofrep/question.hpp"

#include <optional>

namespace splitplot::serve {

std::shared_ptr<const profile::Profile> profile_of(const Call& call, const std::string& environment,
                                                   const Value& context) {
  const std::optional<Unit> unit = ofrep::unit_of(context);
  if (!unit) return nullptr;
  return call.context.services.pipeline.profiles().find(environment, *unit);
}

}  // namespace splitplot::serve
