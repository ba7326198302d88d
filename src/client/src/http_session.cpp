#include "http_session.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <utility>

#include <curl/curl.h>

namespace splitplot::client {
namespace {

constexpr int kTickMs = 1'000;

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MultiDeleter {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, ListDeleter>;

void begin_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool same_name(std::string_view left, std::string_view lower) {
  return std::ranges::equal(left, lower, {}, [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

/// One request on its way.
struct Transfer {
  CURL* handle = nullptr;
  const HttpSession::Take* take = nullptr;
  std::size_t most_bytes = 0;
  std::size_t bytes = 0;
  bool is_too_large = false;
  HttpAnswer answer;
};

std::size_t gather(char* data, std::size_t size, std::size_t count, void* into) {
  auto& transfer = *static_cast<Transfer*>(into);
  const std::string_view part(data, size * count);
  long status = 0;
  curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200 && *transfer.take) return (*transfer.take)(part) ? part.size() : 0;
  transfer.bytes += part.size();
  transfer.is_too_large = transfer.bytes > transfer.most_bytes;
  if (transfer.is_too_large) return 0;
  transfer.answer.body.append(part);
  return part.size();
}

std::size_t read_header(char* data, std::size_t size, std::size_t count, void* into) {
  auto& answer = static_cast<Transfer*>(into)->answer;
  const std::string_view line(data, size * count);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_name(name, "etag")) {
    answer.etag = value;
  } else if (same_name(name, "retry-after")) {
    std::uint32_t seconds = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error == std::errc() && stop == value.data() + value.size())
      answer.retry_after = std::chrono::seconds(seconds);
  }
  return line.size();
}

template <typename Content>
void set(CURL* handle, CURLoption option, Content content) {
  curl_easy_setopt(handle, option, content);
}

Headers prepare(CURL* handle, const HttpRequest& request, Transfer& transfer) {
  curl_easy_reset(handle);
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const std::string& header : request.headers) list = curl_slist_append(list, header.c_str());
  if (request.body != nullptr) {
    set(handle, CURLOPT_POST, 1L);
    set(handle, CURLOPT_POSTFIELDS, request.body->c_str());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()));
  }
  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_HTTPHEADER, list);
  set(handle, CURLOPT_WRITEFUNCTION, gather);
  set(handle, CURLOPT_WRITEDATA, &transfer);
  set(handle, CURLOPT_HEADERFUNCTION, read_header);
  set(handle, CURLOPT_HEADERDATA, &transfer);
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_patience.count()));
  set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.patience.count()));
  if (request.silence_patience.count() > 0) {
    set(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.silence_patience.count()));
  }
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_ACCEPT_ENCODING, "gzip");
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_USERAGENT, "splitplot-client-cpp");
  return Headers(list);
}

/// The end of the one transfer of a session, once it came.
std::optional<CURLcode> end_of(CURLM* session) {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(session, &left)) {
    if (message->msg == CURLMSG_DONE) return message->data.result;
  }
  return std::nullopt;
}

}  // namespace

struct HttpSession::Handles {
  std::unique_ptr<CURLM, MultiDeleter> session;
  std::unique_ptr<CURL, EasyDeleter> request;
};

HttpSession::HttpSession() : handles_(std::make_unique<Handles>()) {
  begin_library();
  handles_->session.reset(curl_multi_init());
  handles_->request.reset(curl_easy_init());
}

HttpSession::~HttpSession() = default;

void HttpSession::interrupt() {
  is_interrupted_.store(true);
  if (handles_->session) curl_multi_wakeup(handles_->session.get());
}

Result<HttpAnswer> HttpSession::ask(const HttpRequest& request, const Take& take,
                                    const std::function<void()>& each_second) {
  CURLM* const session = handles_->session.get();
  CURL* const handle = handles_->request.get();
  if (session == nullptr || handle == nullptr)
    return fail(ErrorCode::Unavailable, "an HTTP request could not be begun");
  Transfer transfer{.handle = handle, .take = &take, .most_bytes = request.most_bytes, .answer = {}};
  const Headers headers = prepare(handle, request, transfer);
  curl_multi_add_handle(session, handle);
  std::optional<CURLcode> end;
  auto last_tick = std::chrono::steady_clock::now();
  while (!is_interrupted_.load()) {
    int running = 0;
    if (curl_multi_perform(session, &running) != CURLM_OK) end = CURLE_FAILED_INIT;
    if (!end) end = end_of(session);
    if (end) break;
    curl_multi_poll(session, nullptr, 0, kTickMs, nullptr);
    const auto now = std::chrono::steady_clock::now();
    if (each_second && now - last_tick >= std::chrono::milliseconds(kTickMs)) {
      last_tick = now;
      each_second();
    }
  }
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &transfer.answer.status);
  curl_multi_remove_handle(session, handle);
  if (!end) return fail(ErrorCode::Cancelled, "the client is being closed");
  if (transfer.is_too_large)
    return fail(ErrorCode::ResourceLimit,
                "the answer is larger than " + std::to_string(request.most_bytes) + " bytes");
  if (*end != CURLE_OK)
    return fail(ErrorCode::Unavailable, std::string("no answer: ") + curl_easy_strerror(*end));
  return std::move(transfer.answer);
}

}  // namespace splitplot::client
