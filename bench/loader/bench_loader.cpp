// EventWarehouse::load beside DuckDB's row appender (duckdb_append_*) over the same events, in turns, each batch a
// transaction in a file of its own.
//
//   bench_loader [FOLDER]       (default: a folder under the current one, removed at the end)
//
// Printed are medians over the turns: rows a second of both, and the ratio of their times. Below 1.00 the warehouse is
// faster than the bare appender, though it also checks every text for UTF-8 and moves its position.
#include <splitplot/base/random.hpp>
#include <splitplot/store/event_warehouse.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <duckdb.h>
#include <fmt/format.h>
#include <unistd.h>

namespace {

using splitplot::Timestamp;
using splitplot::store::EventRow;
using splitplot::store::LoadBatch;

constexpr int kTurns = 5;
constexpr std::size_t kRows = 200'000;

[[noreturn]] void give_up(const std::string& reason) {
  std::fprintf(stderr, "bench_loader: %s\n", reason.c_str());
  std::exit(1);
}

double seconds_of(const std::function<void()>& task) {
  const auto begin = std::chrono::steady_clock::now();
  task();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Orders of a shop: about 400 bytes each, ids that do not repeat, names that do.
std::vector<EventRow> make_events() {
  splitplot::RandomStream random(7);
  std::vector<EventRow> events(kRows);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EventRow& event = events[i];
    event.offset = i;
    event.environment = "default/production";
    event.source = "web";
    event.message_id = fmt::format("{:016x}-{:08x}", random.below(1ULL << 60), i);
    event.type = "track";
    event.name = random.bernoulli(0.2) ? "Order Completed" : "Product Viewed";
    event.user_id = fmt::format("user-{}", random.below(100'000));
    event.anonymous_id = fmt::format("{:032x}", random.below(1ULL << 60));
    event.unit = {splitplot::UnitKind::User, event.user_id};
    event.time = event.received = Timestamp(std::chrono::microseconds(1'700'000'000'000'000 + i * 1000));
    event.client_time = event.sent_time = event.time;
    event.properties_json =
        fmt::format(R"({{"total":{:.2f},"currency":"EUR","product":"p{}","quantity":{}}})",
                    random.uniform() * 200, random.below(5'000), random.below(9));
    event.context_json = R"({"library":{"name":"analytics.js","version":"2.11.1"},"locale":"de-DE","page":)"
                         R"({"path":"/checkout","referrer":"","title":"Checkout"}})";
  }
  return events;
}

void warehouse_load(const std::string& path, const std::vector<LoadBatch>& batches) {
  auto warehouse = splitplot::store::open_event_warehouse({path, {0, "", path + ".spill"}});
  if (!warehouse) give_up(warehouse.error().message);
  for (const LoadBatch& batch : batches) {
    if (const auto loaded = (*warehouse)->load(batch); !loaded) give_up(loaded.error().message);
  }
}

/// DuckDB as anybody would call it: a row at a time, a cell at a time.
class BareAppender {
 public:
  explicit BareAppender(const std::string& path) {
    duckdb_config config = nullptr;
    duckdb_create_config(&config);
    duckdb_set_config(config, "checkpoint_threshold", "64MB");  // the warehouse's
    if (duckdb_open_ext(path.c_str(), &database_, config, nullptr) != DuckDBSuccess ||
        duckdb_connect(database_, &connection_) != DuckDBSuccess)
      give_up("DuckDB did not start");
    duckdb_destroy_config(&config);
    query(
        "CREATE TABLE events (journal_offset UBIGINT, environment VARCHAR, source VARCHAR, message_id "
        "VARCHAR, "
        "type VARCHAR, name VARCHAR, user_id VARCHAR, anonymous_id VARCHAR, group_id VARCHAR, unit_kind "
        "VARCHAR, "
        "unit_id VARCHAR, time TIMESTAMP, received TIMESTAMP, client_time TIMESTAMP, sent_time TIMESTAMP, "
        "properties VARCHAR, context VARCHAR)");
  }
  BareAppender(const BareAppender&) = delete;
  BareAppender& operator=(const BareAppender&) = delete;
  ~BareAppender() {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }

  void load(const LoadBatch& batch) {
    query("BEGIN TRANSACTION");
    duckdb_appender appender = nullptr;
    if (duckdb_appender_create(connection_, nullptr, "events", &appender) != DuckDBSuccess)
      give_up("no appender");
    for (const EventRow& event : batch.events) append(appender, event);
    if (duckdb_appender_destroy(&appender) != DuckDBSuccess) give_up("rows were not appended");
    query("COMMIT");
  }

 private:
  void query(const char* sql) {
    if (duckdb_query(connection_, sql, nullptr) != DuckDBSuccess) give_up(sql);
  }
  static void append(duckdb_appender appender, const EventRow& event) {
    const auto text = [&](std::string_view value) {
      if (value.empty())
        duckdb_append_null(appender);
      else
        duckdb_append_varchar_length(appender, value.data(), value.size());
    };
    const auto time = [&](Timestamp value) {
      duckdb_append_timestamp(appender, {value.time_since_epoch().count()});
    };
    duckdb_append_uint64(appender, event.offset);
    for (const std::string* value : {&event.environment, &event.source, &event.message_id, &event.type,
                                     &event.name, &event.user_id, &event.anonymous_id, &event.group_id})
      text(*value);
    text(name_of(event.unit.kind));
    text(event.unit.id);
    time(event.time);
    time(event.received);
    time(*event.client_time);
    time(*event.sent_time);
    text(event.properties_json);
    text(event.context_json);
    if (duckdb_appender_end_row(appender) != DuckDBSuccess) give_up("a row was refused");
  }

  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

void bare_load(const std::string& path, const std::vector<LoadBatch>& batches) {
  BareAppender appender(path);
  for (const LoadBatch& batch : batches) appender.load(batch);
}

std::vector<LoadBatch> cut(const std::vector<EventRow>& events, std::size_t rows) {
  std::vector<LoadBatch> batches;
  for (std::size_t begin = 0; begin < events.size(); begin += rows) {
    const std::size_t end = std::min(begin + rows, events.size());
    LoadBatch batch;
    batch.events.assign(events.begin() + static_cast<std::ptrdiff_t>(begin),
                        events.begin() + static_cast<std::ptrdiff_t>(end));
    batch.from = begin;
    batch.to = end;
    batches.push_back(std::move(batch));
  }
  return batches;
}

void compare(const std::string& folder, const std::vector<EventRow>& events, std::size_t rows) {
  const std::vector<LoadBatch> batches = cut(events, rows);
  std::vector<double> ours;
  std::vector<double> theirs;
  std::vector<double> ratios;
  for (int turn = 0; turn <= kTurns; ++turn) {
    const std::string here = folder + "/turn";
    std::filesystem::create_directories(here);
    const auto load = [&] { return seconds_of([&] { warehouse_load(here + "/events.duckdb", batches); }); };
    const double first = turn % 2 == 0 ? load() : 0;
    const double bare = seconds_of([&] { bare_load(here + "/bare.duckdb", batches); });
    const double warehouse = turn % 2 == 0 ? first : load();
    std::filesystem::remove_all(here);
    if (turn == 0) continue;  // warms up
    ours.push_back(warehouse);
    theirs.push_back(bare);
    ratios.push_back(warehouse / bare);
  }
  const auto count = static_cast<double>(events.size());
  fmt::print(
      "load, batches of {:6}   warehouse {:9.0f} rows/s   bare appender {:9.0f} rows/s   time ratio {:.2f}\n",
      rows, count / median(ours), count / median(theirs), median(ratios));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder =
      (argc > 1 ? std::string(argv[1]) : std::string(".")) + "/bench_loader." + std::to_string(::getpid());
  const std::vector<EventRow> events = make_events();
  compare(folder, events, 50'000);
  compare(folder, events, 2'000);
  std::filesystem::remove_all(folder);
}
