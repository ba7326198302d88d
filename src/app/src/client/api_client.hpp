// Talks to a running server's management API.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/base/value.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

namespace splitplot::app {

/// Where the server is and who asks.
struct ServerAddress {
  std::string url;  ///< --server, SPLITPLOT_SERVER, http://127.0.0.1:8080
  std::string key;  ///< --key, SPLITPLOT_KEY
};

/// Adds --server and --key.
void add_server_flags(CLI::App& command, ServerAddress& address);

/// What is wrong with documents, as the server said it; the first is in `error`, all are in `lines`.
struct ApiFailure {
  Error error;
  std::vector<std::string> lines;
};

template <typename T>
using ApiResult = tl::expected<T, ApiFailure>;

/// A query parameter.
struct Parameter {
  std::string_view name;
  std::string value;
};

class ApiClient {
 public:
  explicit ApiClient(ServerAddress address);

  /// The body of the answer, as text or parsed. `path` is under /api/v1 and holds no user text that is not escaped:
  /// see `segment`. Errors: Unavailable (no connection, 503), Forbidden (401, 403), and what the server's problem says.
  [[nodiscard]] ApiResult<std::string> get_text(const std::string& path,
                                                const std::vector<Parameter>& query = {}) const;
  [[nodiscard]] ApiResult<Value> get(const std::string& path, const std::vector<Parameter>& query = {}) const;
  [[nodiscard]] ApiResult<Value> post(const std::string& path, const Value& body) const;
  /// A file as it is; the server finds out what it is.
  [[nodiscard]] ApiResult<Value> post_file(const std::string& path, const std::vector<Parameter>& query,
                                           const std::string& content) const;
  [[nodiscard]] ApiResult<std::string> post_text(const std::string& path, const Value& body,
                                                 const std::vector<Parameter>& query) const;
  [[nodiscard]] ApiResult<Value> remove(const std::string& path) const;

 private:
  enum class Verb { Get, Post, PostFile, Delete };
  [[nodiscard]] ApiResult<std::string> ask(Verb verb, const std::string& path,
                                           const std::vector<Parameter>& query,
                                           const std::string& body) const;
  ServerAddress address_;
};

/// A problem of an answer in a line: "flags.yaml:12: flag 'a', /rules/0: what is wrong (what to do)".
[[nodiscard]] std::string line_of_problem(const Value& problem);

/// A text as one segment of a path, percent-encoded.
[[nodiscard]] std::string path_segment(std::string_view text);

}  // namespace splitplot::app
