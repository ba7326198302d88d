/// What is stored about the unit that a decision is asked for.
#pragma once

#include "call.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/profile/profiles.hpp>

#include <memory>
#include <string>

namespace splitplot::serve {

/// The profile of the user that the context names, kept alive as long as it is looked at; null if nothing is stored.
[[nodiscard]] std::shared_ptr<const profile::Profile> profile_of(const Call& call,
                                                                 const std::string& environment,
                                                                 const Value& context);

}  // namespace splitplot::serve
