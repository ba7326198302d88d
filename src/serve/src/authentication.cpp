#include "authentication.hpp"

#include "http/target.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/digest/text.hpp>

namespace splitplot::serve {
namespace {

/// What stands behind a scheme such as "Bearer", whatever its case.
std::optional<std::string_view> behind_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ' ||
      !equal_ignoring_case(header.substr(0, scheme.size()), scheme)) {
    return {};
  }
  const std::size_t begin = header.find_first_not_of(' ', scheme.size());
  if (begin == std::string_view::npos) return {};
  return header.substr(begin);
}

/// Base64 with or without its padding: clients differ.
std::optional<std::string> decoded(std::string_view base64) {
  std::string padded(base64);
  while (padded.size() % 4 != 0) padded.push_back('=');
  return digest::from_base64(padded);
}

}  // namespace

std::optional<std::string> secret_of_headers(const Request& request) {
  const std::string_view authorization = request.header("authorization");
  if (const auto token = behind_scheme(authorization, "Bearer")) return std::string(*token);
  if (const auto encoded = behind_scheme(authorization, "Basic")) {
    const std::optional<std::string> pair = decoded(*encoded);
    if (!pair) return {};
    const std::size_t colon = pair->find(':');
    if (colon != std::string::npos && colon + 1 != pair->size()) return {};
    return pair->substr(0, colon);
  }
  const std::string_view key = request.header("x-api-key");
  if (!key.empty()) return std::string(key);
  return {};
}

std::optional<std::string> secret_of(const Request& request, Credentials where,
                                     const std::vector<std::string>& parameters) {
  switch (where) {
    case Credentials::None:
      return {};
    case Credentials::Header:
    case Credentials::HeaderOrSession:
    case Credentials::HeaderOrToken:
      return secret_of_headers(request);
    case Credentials::HeaderQueryBody: {
      std::optional<std::string> secret = secret_of_headers(request);
      return secret ? secret : query_parameter(request.query, "writeKey");
    }
    case Credentials::HeaderOrClientKey: {
      std::optional<std::string> secret = query_parameter(request.query, "client_key");
      return secret ? secret : secret_of_headers(request);
    }
    case Credentials::Path:
      if (parameters.empty()) return {};
      return parameters.front();
  }
  return {};
}

}  // namespace splitplot::serve
