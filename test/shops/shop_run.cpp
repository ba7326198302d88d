#include "shop_run.hpp"

#include <splitplot/model/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace splitplot::test {
namespace {

constexpr auto kPatience = std::chrono::minutes(2);

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

std::string new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "splitplot-shop-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return name;
}

app::ServerSettings settings_of(const std::string& folder) {
  app::TypedSettings typed;
  typed.flags = {{"data", folder}, {"analysis-threads", "1"}};
  return must(app::resolve_settings(typed));
}

/// A Monday.
Timestamp opening() {
  return *parse_rfc3339("2026-01-05T00:00:00Z");
}

}  // namespace

ShopRun::ShopRun(const ShopRunOptions& options)
    : options_(options), folder_(new_folder()), from_(opening()), model_(options.shop, from_), clock_(from_) {
  installation_ = must(app::Installation::open(settings_of(folder_), clock_, log_, [](const auto&) {}));
  must(open_shop(installation_->catalogue(), model_, options.plan));
  play_ = std::make_unique<FastForward>(
      *installation_, clock_, model_,
      FastForwardOptions{from_, from_ + std::chrono::days(options.days), options.users, {}});
}

ShopRun::~ShopRun() {
  play_.reset();
  installation_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void ShopRun::run_days(int days) {
  must(play_->run_until(from_ + std::chrono::days(days)));
  must(play_->settle());
}

void ShopRun::finish() {
  must(play_->run_until(from_ + std::chrono::days(options_.days)));
  must(play_->finish());
}

experiment::Analysis ShopRun::analyze(std::string_view experiment) {
  return must(installation_->analyze({}, experiment));
}

std::string ShopRun::truth_text() const {
  return model::pretty_json(
      play_->truth().document(from_, from_ + std::chrono::days(options_.days), play_->counts()));
}

std::vector<StoredEvent> ShopRun::stored() {
  std::vector<StoredEvent> events;
  auto reader = must(installation_->journal().read_from(0));
  while (const auto record = must(reader->next())) {
    const auto decoded = must(collect::decode(record->payload));
    const auto* event = std::get_if<collect::Event>(&decoded);
    if (event == nullptr) throw std::runtime_error("an event of the shop was rejected");
    StoredEvent stored;
    stored.name = event->type == collect::EventType::Track ? event->name : std::string(name_of(event->type));
    if (event->exposure) {
      stored.variant = event->exposure->variant;
      stored.experiment = event->exposure->experiment;
    }
    stored.visitor = std::stoull(event->anonymous_id.substr(event->anonymous_id.rfind('-') + 1));
    stored.day = std::chrono::duration<double, std::ratio<86'400>>(event->times.corrected - from_).count();
    const Value properties = collect::object_of(event->properties_json);
    if (const Value* revenue = properties.find("revenue")) stored.revenue = revenue->number().value_or(0);
    events.push_back(std::move(stored));
  }
  return events;
}

}  // namespace splitplot::test
