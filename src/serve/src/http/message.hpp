/// Requests and responses as plain structs, so that handlers are plain functions and tests need no socket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace splitplot::serve {

enum class Method { Get, Head, Post, Put, Patch, Delete, Options, Other };

/// "GET", ...; "OTHER" for those the server knows nothing of.
[[nodiscard]] std::string_view name_of(Method method);

struct Header {
  std::string_view name;
  std::string_view value;
};

/// A request. The views are into the connection's memory and hold until it was answered.
struct Request {
  Method method = Method::Get;
  std::string_view path;   ///< as sent: not percent-decoded
  std::string_view query;  ///< behind the '?', as sent
  /// Address of who sent it, as the socket says: of a proxy, where there is one. Of IPv6 the network, since one client
  /// has as many addresses there as it likes.
  std::string_view peer;
  std::string_view address;  ///< the same, of IPv6 whole
  std::vector<Header> headers;
  std::string body;

  /// The first header of that name, whatever its case; empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Header lines of a response.
class HeaderLines {
 public:
  /// Characters that would break out of the line are left out of the value.
  void add(std::string_view name, std::string_view value);
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  /// "Name: value\r\n" for each.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct StreamAnswer;

struct Response {
  int status = 200;
  std::string_view content_type;  ///< a literal; empty: there is no body
  std::string body;
  HeaderLines headers;
  std::shared_ptr<StreamAnswer>
      stream;  ///< the body is an event stream, for as long as the client stays; or null
};

/// "OK", "Not Found", ... ; empty for a status that the server never sends.
[[nodiscard]] std::string_view reason_phrase(int status);

/// Delivers the response of one request, from any thread. Copies deliver the same; the first call counts. If all
/// copies go without a call, a 500 is delivered: no request stays without an answer.
class Responder {
 public:
  explicit Responder(std::function<void(Response)> deliver);
  void operator()(Response response) const;

 private:
  struct Once;
  std::shared_ptr<Once> once_;
};

}  // namespace splitplot::serve
