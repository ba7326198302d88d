#include "simulate/demo_shop.hpp"

#include "files.hpp"
#include "server/json_log.hpp"
#include "simulate/shop_documents.hpp"

#include <splitplot/model/json.hpp>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace splitplot::app::simulate {
namespace {

namespace fs = std::filesystem;

constexpr auto kHistory = std::chrono::days(7);
constexpr const char* kBeginAnew = "delete the folder and begin anew";

std::string keys_path(const std::string& folder) {
  return folder + "/demo-keys.json";
}
std::string shop_path(const std::string& folder) {
  return folder + "/demo-shop.json";
}
std::string visits_path(const std::string& folder) {
  return folder + "/demo-visits.log";
}

Result<void> write_keys(const std::string& folder, const std::vector<catalogue::NewCredential>& keys) {
  Value object = Value::Object{};
  for (const catalogue::NewCredential& key : keys) object.set(key.connection, key.secret);
  if (auto written = write_file(keys_path(folder), model::pretty_json(object) + "\n"); !written)
    return written;
  std::error_code error;
  fs::permissions(keys_path(folder), fs::perms::owner_read | fs::perms::owner_write, error);
  if (error)
    return fail(ErrorCode::Unreadable,
                fmt::format("cannot protect {}: {}", keys_path(folder), error.message()));
  return {};
}

Value shop_value(const ShopModel& model) {
  const ShopOptions& options = model.options();
  Value::Array faults;
  for (const Fault& fault : options.faults) faults.emplace_back(to_text(fault));
  const Disturbances& untidy = options.disturbances;
  return Value(Value::Object{{"version", 1},
                             {"seed", std::to_string(options.seed)},
                             {"opened", rfc3339(model.opened())},
                             {"aa", options.with_aa},
                             {"faults", std::move(faults)},
                             {"bots", untidy.bots},
                             {"duplicates", untidy.duplicates},
                             {"late", untidy.late},
                             {"skewed", untidy.skewed},
                             {"anonymous", untidy.anonymous}});
}

Result<Value> read_object(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(ErrorCode::Unreadable, fmt::format("cannot read {}", path), kBeginAnew);
  auto value = model::parse_json(text.str());
  if (!value) return fail(ErrorCode::BadData, fmt::format("{}: {}", path, value.error().message), kBeginAnew);
  return value;
}

std::string text_in(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr && member->if_text() != nullptr ? *member->if_text() : "";
}

double number_in(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  return member != nullptr ? member->number().value_or(0) : 0;
}

struct StoredShop {
  ShopOptions options;
  Timestamp opened;
};

Result<StoredShop> read_shop(const std::string& folder) {
  const auto object = read_object(shop_path(folder));
  if (!object) return tl::unexpected(object.error());
  StoredShop shop;
  const std::string seed = text_in(*object, "seed");
  const auto read = std::from_chars(seed.data(), seed.data() + seed.size(), shop.options.seed);
  const auto opened = parse_rfc3339(text_in(*object, "opened"));
  const Value* aa = object->find("aa");
  const Value* faults = object->find("faults");
  if (read.ec != std::errc() || !opened || aa == nullptr || aa->if_boolean() == nullptr ||
      faults == nullptr || faults->if_array() == nullptr) {
    return fail(ErrorCode::BadData, fmt::format("{} describes no shop", shop_path(folder)), kBeginAnew);
  }
  shop.opened = *opened;
  shop.options.with_aa = *aa->if_boolean();
  shop.options.disturbances = {number_in(*object, "bots"), number_in(*object, "duplicates"),
                               number_in(*object, "late"), number_in(*object, "skewed"),
                               number_in(*object, "anonymous")};
  for (const Value& text : *faults->if_array()) {
    const auto fault = parse_fault(text.if_text() != nullptr ? *text.if_text() : "");
    if (!fault) return tl::unexpected(fault.error());
    shop.options.faults.push_back(*fault);
  }
  return shop;
}

/// A week of the shop, into a folder that nobody looks at yet.
Result<void> play_history(const ServerSettings& settings, const ShopModel& model, Timestamp until,
                          std::uint64_t users) {
  ManualClock clock(model.opened());
  SilentLog log;
  std::vector<catalogue::NewCredential> first_keys;
  auto installation =
      Installation::open(settings, clock, log, [&first_keys](const auto& made) { first_keys = made; });
  if (!installation) return tl::unexpected(installation.error());
  auto keys = open_shop((*installation)->catalogue(), model);
  if (!keys) return tl::unexpected(keys.error());
  keys->insert(keys->end(), first_keys.begin(), first_keys.end());
  auto ledger = ShopLedger::open(visits_path(settings.data));
  if (!ledger) return tl::unexpected(ledger.error());
  FastForward play(**installation, clock, model,
                   {model.opened(), until, users, [&ledger](const Visit& visit) { ledger->add(visit); }});
  if (auto done = play.run_until(until); !done) return done;
  if (auto done = play.finish(); !done) return done;
  if (auto done = ledger->flush(); !done) return done;
  const Value truth = play.truth().document(model.opened(), until, play.counts());
  if (auto done = write_file(DemoShop::truth_path(settings.data), model::pretty_json(truth) + "\n"); !done)
    return done;
  if (auto done = write_keys(settings.data, *keys); !done) return done;
  return write_file(shop_path(settings.data), model::pretty_json(shop_value(model)) + "\n");
}

}  // namespace

bool DemoShop::is_in(const std::string& folder) {
  std::error_code ignored;
  return fs::exists(shop_path(folder), ignored);
}

Result<void> DemoShop::make(const ServerSettings& settings, const ShopOptions& options, std::uint64_t users) {
  std::error_code error;
  if (fs::exists(settings.data, error) && !fs::is_empty(settings.data, error)) {
    return fail(ErrorCode::Conflict, fmt::format("{} holds something that is no demo", settings.data),
                "name an empty folder, or one that is not there yet, by --data");
  }
  ServerSettings making = settings;
  while (making.data.ends_with('/')) making.data.pop_back();
  making.data += ".making";
  fs::remove_all(making.data, error);  // of a start that was broken off
  fs::create_directories(fs::absolute(making.data).parent_path(), error);
  const Timestamp now = std::chrono::floor<std::chrono::seconds>(SystemClock().now());
  const ShopModel model(options, now - kHistory);
  if (auto played = play_history(making, model, now, users); !played) {
    fs::remove_all(making.data, error);
    return played;
  }
  fs::remove(settings.data, error);
  fs::rename(making.data, settings.data, error);
  if (error)
    return fail(ErrorCode::Unreadable, fmt::format("cannot make {}: {}", settings.data, error.message()));
  return {};
}

DemoShop::DemoShop(std::string folder, ShopOptions options, Timestamp opened)
    : folder_(std::move(folder)), model_(std::move(options), opened), truth_(model_) {}

DemoShop::~DemoShop() {
  stop();
}

Result<std::unique_ptr<DemoShop>> DemoShop::open(const std::string& folder) {
  const auto stored = read_shop(folder);
  if (!stored) return tl::unexpected(stored.error());
  const auto keys = read_object(keys_path(folder));
  if (!keys) return tl::unexpected(keys.error());
  std::unique_ptr<DemoShop> shop(new DemoShop(folder, stored->options, stored->opened));
  shop->admin_key_ = text_in(*keys, "admin");
  shop->server_key_ = text_in(*keys, kShopConnection);
  auto state = read_ledger(visits_path(folder), shop->model_, [&shop](const Visit& visit) {
    shop->truth_.add(visit);
    count(visit, shop->counts_);
  });
  if (!state) return tl::unexpected(state.error());
  shop->state_ = *std::move(state);
  auto ledger = ShopLedger::open(visits_path(folder));
  if (!ledger) return tl::unexpected(ledger.error());
  shop->ledger_ = *std::move(ledger);
  return shop;
}

void DemoShop::start(const std::string& url, const DemoPace& pace, Log& log) {
  LiveOptions options;
  options.url = url;
  options.key = server_key_;
  options.visitors_per_second = pace.visitors_per_second;
  options.speed = pace.speed;
  options.shop_time = state_.last_start;
  options.first_visitor = state_.next_visitor;
  options.coming = std::move(state_.coming);
  options.on_visit = [this](const Visit& visit) { ledger_->add(visit); };
  options.on_beat = [this, &log] { beat(log); };
  live_ = std::make_unique<LiveShop>(model_, clock_, truth_, counts_, std::move(options));
  thread_ = std::jthread([this](const std::stop_token& stop) { live_->run(stop); });
}

void DemoShop::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void DemoShop::beat(Log& log) {
  const Value truth = truth_.document(model_.opened(), clock_.now(), counts_);
  auto done = ledger_->flush();
  if (done) done = write_file(truth_path(folder_), model::to_json(truth) + "\n");
  if (!done) log.error("the demo's truth cannot be written", {{"error", done.error().message}});
}

}  // namespace splitplot::app::simulate
