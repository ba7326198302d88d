#include "client/api_client.hpp"

#include <splitplot/model/json.hpp>

#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

namespace splitplot::app {
namespace {

constexpr const char* kDefaultServer = "http://127.0.0.1:8080";
constexpr long kConnectSeconds = 5;
constexpr long kAnswerSeconds = 300;  // an analysis of a large warehouse takes its time

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Curl = std::unique_ptr<CURL, CurlDeleter>;

struct HeaderDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, HeaderDeleter>;

void add_header(Headers& headers, const std::string& line) {
  headers.reset(curl_slist_append(headers.release(), line.c_str()));
}

std::size_t gather(char* data, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

std::string text_of(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_text() != nullptr ? *member->if_text() : "";
}

ErrorCode code_of_status(long status) {
  switch (status) {
    case 400:
      return ErrorCode::InvalidArgument;
    case 401:
    case 403:
      return ErrorCode::Forbidden;
    case 404:
      return ErrorCode::NotFound;
    case 409:
      return ErrorCode::Conflict;
    case 413:
      return ErrorCode::ResourceLimit;
    case 422:
      return ErrorCode::BadData;
    case 429:
    case 503:
      return ErrorCode::Unavailable;
    default:
      return ErrorCode::Internal;
  }
}

ApiFailure failure_of(long status, const std::string& body, const ServerAddress& address) {
  ApiFailure failure;
  failure.error.code = code_of_status(status);
  const auto problem = model::parse_json(body);
  if (problem) {
    failure.error.message = text_of(*problem, "detail");
    if (failure.error.message.empty()) failure.error.message = text_of(*problem, "title");
    failure.error.hint = text_of(*problem, "hint");
    const Value* errors = problem->find("errors");
    if (errors != nullptr && errors->if_array() != nullptr) {
      for (const Value& error : *errors->if_array()) failure.lines.push_back(line_of_problem(error));
    }
  }
  if (failure.error.message.empty()) failure.error.message = fmt::format("the server answered {}", status);
  if (status == 401) {  // the server speaks of headers, which users of this program do not write
    failure.error.hint = address.key.empty()
                             ? "give the admin key by --key or SPLITPLOT_KEY"
                             : "the key is not one of this server; it was shown at its first start";
  }
  return failure;
}

ApiResult<Value> parsed(const ApiResult<std::string>& text) {
  if (!text) return tl::unexpected(text.error());
  auto value = model::parse_json(*text, {.depth = 64, .members = 10'000'000});
  if (value) return *std::move(value);
  return tl::unexpected(
      ApiFailure{{ErrorCode::Internal, "the server's answer is no JSON: " + value.error().message,
                  "is this a Splitplot server?"},
                 {}});
}

std::string environment_or(const char* name, const char* fallback) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : fallback;
}

}  // namespace

void add_server_flags(CLI::App& command, ServerAddress& address) {
  address.url = environment_or("SPLITPLOT_SERVER", kDefaultServer);
  address.key = environment_or("SPLITPLOT_KEY", "");
  command.add_option("--server", address.url,
                     fmt::format("The server's address [SPLITPLOT_SERVER, or {}]", kDefaultServer));
  command.add_option("--key", address.key, "An admin key [SPLITPLOT_KEY]");
}

ApiClient::ApiClient(ServerAddress address) : address_(std::move(address)) {
  while (address_.url.ends_with('/')) address_.url.pop_back();
  if (address_.url.find("://") == std::string::npos) address_.url = "http://" + address_.url;
}

ApiResult<std::string> ApiClient::get_text(const std::string& path,
                                           const std::vector<Parameter>& query) const {
  return ask(Verb::Get, path, query, "");
}

ApiResult<Value> ApiClient::get(const std::string& path, const std::vector<Parameter>& query) const {
  return parsed(ask(Verb::Get, path, query, ""));
}

ApiResult<Value> ApiClient::post(const std::string& path, const Value& body) const {
  return parsed(ask(Verb::Post, path, {}, model::to_json(body)));
}

ApiResult<Value> ApiClient::post_file(const std::string& path, const std::vector<Parameter>& query,
                                      const std::string& content) const {
  return parsed(ask(Verb::PostFile, path, query, content));
}

ApiResult<std::string> ApiClient::post_text(const std::string& path, const Value& body,
                                            const std::vector<Parameter>& query) const {
  return ask(Verb::Post, path, query, model::to_json(body));
}

ApiResult<Value> ApiClient::remove(const std::string& path) const {
  return parsed(ask(Verb::Delete, path, {}, ""));
}

ApiResult<std::string> ApiClient::ask(Verb verb, const std::string& path, const std::vector<Parameter>& query,
                                      const std::string& body) const {
  const auto broken = [](std::string message, std::string hint) {
    return tl::unexpected(ApiFailure{{ErrorCode::Unavailable, std::move(message), std::move(hint)}, {}});
  };
  const Curl curl(curl_easy_init());
  if (!curl) return broken("cannot start an HTTP request", "");
  std::string url = address_.url + "/api/v1" + path;
  for (std::size_t i = 0; i < query.size(); ++i) {
    url += fmt::format("{}{}={}", i == 0 ? '?' : '&', query[i].name, path_segment(query[i].value));
  }
  Headers headers;
  add_header(headers, "Expect:");
  if (!address_.key.empty()) add_header(headers, "Authorization: Bearer " + address_.key);
  if (verb == Verb::Post || verb == Verb::PostFile) {
    add_header(headers, verb == Verb::Post ? "Content-Type: application/json"
                                           : "Content-Type: application/octet-stream");
    curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  }
  if (verb == Verb::Delete) curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, "DELETE");
  std::string answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, gather);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kAnswerSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    return broken(fmt::format("cannot reach {}: {}", address_.url, curl_easy_strerror(code)),
                  "start the server with 'splitplot serve', or name another by --server");
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return answer;
  return tl::unexpected(failure_of(status, answer, address_));
}

std::string line_of_problem(const Value& problem) {
  std::string line = text_of(problem, "place");
  const auto join = [&line](std::string_view separator, const std::string& text) {
    if (text.empty()) return;
    if (!line.empty()) line += separator;
    line += text;
  };
  join(": ", text_of(problem, "subject"));
  join(", ", text_of(problem, "pointer"));
  join(": ", text_of(problem, "detail"));
  if (const std::string hint = text_of(problem, "hint"); !hint.empty()) line += " (" + hint + ")";
  return line;
}

std::string path_segment(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace splitplot::app
