#include "http/message.hpp"

#include <splitplot/base/spelling.hpp>

#include <atomic>

namespace splitplot::serve {

std::string_view name_of(Method method) {
  switch (method) {
    case Method::Get:
      return "GET";
    case Method::Head:
      return "HEAD";
    case Method::Post:
      return "POST";
    case Method::Put:
      return "PUT";
    case Method::Patch:
      return "PATCH";
    case Method::Delete:
      return "DELETE";
    case Method::Options:
      return "OPTIONS";
    case Method::Other:
      break;
  }
  return "OTHER";
}

std::string_view Request::header(std::string_view name) const {
  for (const Header& header : headers) {
    if (header.name.size() == name.size() && equal_ignoring_case(header.name, name)) return header.value;
  }
  return {};
}

void HeaderLines::add(std::string_view name, std::string_view value) {
  text_.append(name).append(": ");
  for (const char character : value) {
    const bool breaks_out = static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
    if (!breaks_out) text_.push_back(character);
  }
  text_.append("\r\n");
}

std::optional<std::string_view> HeaderLines::find(std::string_view name) const {
  std::string_view rest = text_;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    const std::size_t colon = line.find(':');
    if (equal_ignoring_case(line.substr(0, colon), name)) return line.substr(colon + 2);
  }
  return {};
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

struct Responder::Once {
  explicit Once(std::function<void(Response)> how) : deliver(std::move(how)) {}
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;
  ~Once() {
    if (answered.exchange(true)) return;
    Response response;
    response.status = 500;
    response.content_type = "application/json";
    response.body = R"({"errorCode":"GENERAL","errorDetails":"the request was dropped","metadata":{}})";
    deliver(std::move(response));
  }
  std::function<void(Response)> deliver;
  std::atomic<bool> answered{false};
};

Responder::Responder(std::function<void(Response)> deliver)
    : once_(std::make_shared<Once>(std::move(deliver))) {}

void Responder::operator()(Response response) const {
  if (!once_->answered.exchange(true)) once_->deliver(std::move(response));
}

}  // namespace splitplot::serve
