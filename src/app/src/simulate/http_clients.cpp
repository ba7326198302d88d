#include "simulate/http_clients.hpp"

#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include <curl/curl.h>

namespace splitplot::app::simulate {
namespace {

constexpr long kConnectSeconds = 5;
constexpr long kAnswerSeconds = 60;

std::size_t gather(char* data, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

}  // namespace

struct HttpClients::State {
  struct Request {
    std::string url, body;
    Done done;
    HttpAnswer answer;
  };

  CURLM* multi = nullptr;
  curl_slist* headers = nullptr;
  std::size_t most = 1;
  std::deque<std::unique_ptr<Request>> waiting;
  std::unordered_map<CURL*, std::unique_ptr<Request>> under_way;
  std::vector<CURL*> idle;

  void begin_waiting();
  void finish(CURL* handle, CURLcode code);
};

void HttpClients::State::begin_waiting() {
  while (!waiting.empty() && under_way.size() < most) {
    CURL* handle = idle.empty() ? curl_easy_init() : idle.back();
    if (handle == nullptr) return;
    if (!idle.empty()) idle.pop_back();
    std::unique_ptr<Request> request = std::move(waiting.front());
    waiting.pop_front();
    curl_easy_setopt(handle, CURLOPT_URL, request->url.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_POST, 1L);
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request->body.c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request->body.size()));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, gather);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &request->answer.body);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, kAnswerSeconds);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_multi_add_handle(multi, handle);
    under_way.emplace(handle, std::move(request));
  }
}

void HttpClients::State::finish(CURL* handle, CURLcode code) {
  const auto found = under_way.find(handle);
  const std::unique_ptr<Request> request = std::move(found->second);
  under_way.erase(found);
  if (code == CURLE_OK) {
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &request->answer.status);
    curl_off_t seconds = 0;
    curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds);
    request->answer.retry_after = std::chrono::seconds(seconds);
  } else {
    request->answer.body = curl_easy_strerror(code);
  }
  curl_multi_remove_handle(multi, handle);
  idle.push_back(handle);
  request->done(request->answer);
}

HttpClients::HttpClients(std::string key, std::size_t most) : state_(std::make_unique<State>()) {
  state_->most = most;
  state_->multi = curl_multi_init();
  curl_multi_setopt(state_->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(most));
  for (const std::string& line : {std::string("Expect:"), std::string("Content-Type: application/json"),
                                  "Authorization: Bearer " + key}) {
    state_->headers = curl_slist_append(state_->headers, line.c_str());
  }
}

HttpClients::~HttpClients() {
  for (const auto& [handle, request] : state_->under_way) {
    curl_multi_remove_handle(state_->multi, handle);
    curl_easy_cleanup(handle);
  }
  for (CURL* handle : state_->idle) curl_easy_cleanup(handle);
  curl_multi_cleanup(state_->multi);
  curl_slist_free_all(state_->headers);
}

void HttpClients::post(std::string url, std::string body, Done done) {
  auto request = std::make_unique<State::Request>();
  request->url = std::move(url);
  request->body = std::move(body);
  request->done = std::move(done);
  state_->waiting.push_back(std::move(request));
}

void HttpClients::work(std::chrono::milliseconds patience) {
  State& state = *state_;
  state.begin_waiting();
  int running = 0;
  curl_multi_perform(state.multi, &running);
  curl_multi_poll(state.multi, nullptr, 0, static_cast<int>(patience.count()), nullptr);
  curl_multi_perform(state.multi, &running);
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(state.multi, &left)) {
    if (message->msg == CURLMSG_DONE) state.finish(message->easy_handle, message->data.result);
  }
}

std::size_t HttpClients::open_requests() const {
  return state_->waiting.size() + state_->under_way.size();
}

}  // namespace splitplot::app::simulate
