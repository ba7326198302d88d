#include "answers.hpp"
#include "growthbook/handlers.hpp"
#include "growthbook/payloads.hpp"

#include <string>

namespace splitplot::serve::growthbook {

Response encryption_key(const Call& call) {
  const std::string& key = call.parameters.front();
  const catalogue::Scope& scope = call.principal->scope;
  const auto snapshot = call.context.services.catalogue.snapshot(scope);
  const model::Connection* connection = nullptr;
  if (snapshot != nullptr) {
    const auto found = snapshot->configuration().connections.find(key);
    if (found != snapshot->configuration().connections.end()) connection = &found->second;
  }
  if (connection == nullptr || !connection->encryption) {
    const std::string what = connection == nullptr ? "there is no connection '" + key + "'"
                                                   : "connection '" + key + "' encrypts nothing";
    return error_response(ErrorForm::Problem,
                          {.status = 404,
                           .code = "not_found",
                           .detail = what,
                           .hint = connection == nullptr ? "" : "add 'encryption: true' to it",
                           .errors = {},
                           .key = {}});
  }
  return json_response(Value::Object{
      {"connection", key}, {"key", encryption_key_of(call.context.services.catalogue, scope, key)}});
}

}  // namespace splitplot::serve::growthbook
