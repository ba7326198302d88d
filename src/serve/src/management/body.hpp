/// Bodies and query parameters of our own API, read strictly: what is not known is refused with a pointer to it, and
/// everything that is wrong is said at once.
#pragma once

#include "answers.hpp"
#include "http/message.hpp"

#include <splitplot/base/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::serve::management {

/// Members of one JSON object. Each reader takes a member off; `complaints` are left where it was of another kind.
class BodyReader {
 public:
  /// An empty body is an empty object.
  explicit BodyReader(std::string_view body);

  [[nodiscard]] std::optional<std::string> text(std::string_view name);
  [[nodiscard]] std::optional<bool> boolean(std::string_view name);
  [[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view name);
  [[nodiscard]] std::optional<double> number(std::string_view name);
  [[nodiscard]] std::optional<Value::Array> list(std::string_view name);
  [[nodiscard]] std::optional<Value::Object> object(std::string_view name);

  void complain(std::string_view pointer, std::string_view detail, std::string_view hint = {});
  void require(std::string_view name, bool is_there, std::string_view hint = {});

  /// What is wrong: not JSON, members of a wrong kind, members nobody asked for. Nothing: all is well.
  [[nodiscard]] std::optional<Response> fault();

 private:
  [[nodiscard]] std::optional<Value> take(std::string_view name);
  void complain_of_kind(std::string_view name, std::string_view kind);

  std::optional<Response> unreadable_;
  Value members_;
  Value::Array complaints_;
  std::vector<std::string> names_;
};

/// A complaint as it stands in the "errors" of a problem.
[[nodiscard]] Value complaint(std::string_view pointer, std::string_view detail, std::string_view hint);

/// 422 with all complaints.
[[nodiscard]] Response unprocessable(Value::Array complaints);

/// A problem document for an error of ours.
[[nodiscard]] Response problem(const Error& error);
[[nodiscard]] Response problem(int status, std::string code, std::string detail, std::string hint = {});

/// A query parameter that is a whole number; `fault` is set if it is there and none.
[[nodiscard]] std::optional<std::uint64_t> whole_number(const Request& request, std::string_view name,
                                                        std::optional<Response>& fault);

}  // namespace splitplot::serve::management
