#include "server/installation.hpp"

#include <splitplot/context/local_time.hpp>
#include <splitplot/model/configuration.hpp>

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

constexpr auto kLoaderPatience = std::chrono::seconds(30);

/// "project/environment" as everything below the catalogue says it.
std::optional<catalogue::Scope> scope_of(std::string_view environment) {
  const std::size_t slash = environment.find('/');
  if (slash == environment.npos) return std::nullopt;
  return catalogue::Scope{std::string(environment.substr(0, slash)),
                          std::string(environment.substr(slash + 1))};
}

/// The documents of a frozen plan, checked again: {"experiment": {...}, "metrics": {key: {...}}, ...}.
Result<model::Configuration> configuration_of(const catalogue::FrozenPlan& frozen) {
  std::vector<model::Document> documents;
  if (const Value* body = frozen.plan.find("experiment")) {
    documents.push_back({{model::DocumentKind::Experiment, frozen.experiment}, *body});
  }
  for (const auto& [member, kind] : {std::pair{"metrics", model::DocumentKind::Metric},
                                     {"segments", model::DocumentKind::Segment},
                                     {"layers", model::DocumentKind::Layer}}) {
    const Value* bodies = frozen.plan.find(member);
    if (bodies == nullptr || bodies->if_object() == nullptr) continue;
    for (const Member& body : *bodies->if_object()) documents.push_back({{kind, body.name}, body.value});
  }
  auto checked = model::check(documents);
  if (checked.problems.empty()) return std::move(checked.configuration);
  return fail(ErrorCode::Internal, fmt::format("the frozen plan of '{}' cannot be read: {}",
                                               frozen.experiment, model::to_text(checked.problems.front())));
}

std::string_view status_in(const std::optional<model::Document>& document) {
  const Value* status = document ? document->body.find("status") : nullptr;
  return status != nullptr && status->if_text() != nullptr ? std::string_view(*status->if_text()) : "";
}

/// When the experiment was stopped; nothing while it runs.
Result<std::optional<Timestamp>> stopped_at(catalogue::Catalogue& catalogue, const catalogue::Scope& scope,
                                            std::string_view experiment) {
  constexpr std::size_t kChanges = 1000;
  const auto history = catalogue.history(
      scope, model::DocumentId{model::DocumentKind::Experiment, std::string(experiment)}, kChanges, {});
  if (!history) return tl::unexpected(history.error());
  std::optional<Timestamp> stopped;
  for (const catalogue::Change& change : *history) {  // the newest first
    for (const catalogue::DocumentChange& document : change.documents) {
      if (document.id.kind != model::DocumentKind::Experiment || document.id.key != experiment) continue;
      if (document.after && status_in(document.after) == "running") return stopped;
      stopped = change.time;
    }
  }
  return stopped;
}

/// Without its catalogue a journal belongs to nobody: a new one would have other keys, and hide what was lost.
Result<void> must_have_catalogue(const DataFolder& folder) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::exists(folder.catalogue(), ignored) || !fs::exists(folder.journal(), ignored)) return {};
  if (fs::exists(folder.last_good(), ignored)) return {};  // which decides until the catalogue is back
  return fail(ErrorCode::BadData,
              fmt::format("the catalogue {} is missing, and there is a journal", folder.catalogue()),
              "restore a backup; a new catalogue would have other keys and no documents");
}

/// What the documents say of an experiment.
serve::ExperimentProgress progress_of(const model::Experiment& experiment,
                                      const model::Configuration& configuration) {
  serve::ExperimentProgress progress;
  progress.key = experiment.key;
  progress.hypothesis = experiment.hypothesis;
  progress.status = experiment.status;
  progress.method = experiment.plan.method;
  progress.planned_units = experiment.plan.planned_units;
  for (const model::ExperimentVariant& variant : experiment.variants)
    progress.variants.push_back({variant.key, variant.weight, 0});
  if (experiment.primary_metrics.empty()) return progress;
  const auto metric = configuration.metrics.find(experiment.primary_metrics.front());
  if (metric == configuration.metrics.end()) return progress;
  progress.primary = {
      metric->first,
      metric->second.type == model::MetricType::Proportion ? experiment::MetricKind::Proportion
                                                           : experiment::MetricKind::Mean,
      metric->second.lower_is_better ? stats::Direction::LowerIsBetter : stats::Direction::HigherIsBetter};
  return progress;
}

void add_count(std::vector<serve::ExperimentProgress>& list, const store::ExposureCount& count) {
  const auto progress = std::ranges::find(list, count.experiment, &serve::ExperimentProgress::key);
  if (progress == list.end()) return;
  progress->exposures += count.exposures;
  progress->last_exposure = std::max(progress->last_exposure, count.last);
  const auto variant =
      std::ranges::find(progress->variants, count.variant, &serve::ExperimentProgress::Variant::key);
  if (variant != progress->variants.end()) {
    variant->units = count.units;
  } else {  // not of the plan: it must be seen
    progress->variants.push_back({count.variant, 0, count.units});
  }
}

void log_recovery(const store::JournalRecovery& recovery, Log& log) {
  log.info("journal opened",
           {{"records", recovery.records}, {"begin", recovery.begin}, {"end", recovery.end}});
  for (const store::JournalDamage& damage : recovery.damage) {
    log.warn("journal damage", {{"file", damage.file},
                                {"position", damage.position},
                                {"bytes", damage.bytes},
                                {"what", damage.what}});
  }
}

}  // namespace

Result<void> Installation::open_catalogue(const ServerSettings& settings, const Clock& clock, Log& log,
                                          const ShowKeys& show_keys) {
  const DataFolder folder{settings.data};
  const auto zone = context::TimeZone::named(settings.time_zone);
  if (!zone) return tl::unexpected(zone.error());
  catalogue::CatalogueOptions options{folder.catalogue(), folder.secrets()};
  options.last_good_path = folder.last_good();
  options.log = &log;
  options.clocks = [zone = *zone](Timestamp shown) { return zone.when(shown); };
  auto catalogue = catalogue::open_catalogue(options, clock);
  if (!catalogue) return tl::unexpected(catalogue.error());
  catalogue_ = *std::move(catalogue);
  if (!catalogue_.first_keys.empty()) show_keys(catalogue_.first_keys);
  return {};
}

Result<void> Installation::open_warehouse(const ServerSettings& settings) {
  const DataFolder folder{settings.data};
  store::EventWarehouseOptions options;
  options.path = folder.warehouse();
  options.limits = {settings.analysis_threads, settings.analysis_memory, folder.spill()};
  auto warehouse = store::open_event_warehouse(options);
  if (!warehouse) return tl::unexpected(warehouse.error());
  warehouse_ = *std::move(warehouse);
  return {};
}

Result<void> Installation::open_way_in(const ServerSettings& settings, const Clock& clock, Log& log) {
  const DataFolder folder{settings.data};
  store::OnlineStoreOptions online_options;
  online_options.directory = folder.online();
  online_options.window = settings.duplicate_window;
  auto online = store::open_online_store(online_options, clock);
  if (!online) return tl::unexpected(online.error());
  online_ = *std::move(online);

  store::JournalOptions journal_options;
  journal_options.directory = folder.journal();
  journal_options.reserve_bytes = settings.journal_reserve_bytes;
  journal_options.not_before = online_->reflects();
  if (std::error_code ignored; warehouse_ == nullptr && !std::filesystem::exists(folder.journal(), ignored))
    return fail(ErrorCode::Unavailable,
                "a journal cannot be begun while the warehouse does not say how far it has read one",
                "start again once the warehouse can be opened");
  if (warehouse_ != nullptr)
    journal_options.not_before = std::max(journal_options.not_before, warehouse_->loaded());
  auto journal = store::open_journal(store::posix_file_system(), journal_options);
  if (!journal) return tl::unexpected(journal.error());
  journal_ = *std::move(journal);
  log_recovery(journal_.recovery, log);

  collect::PipelineOptions pipeline_options;
  pipeline_options.duplicate_window = settings.duplicate_window;
  pipeline_options.hot_profiles = settings.hot_profiles;
  pipeline_options.onlooker = &traffic_;
  const auto snapshots = [&catalogue = *catalogue_.catalogue](std::string_view environment) {
    const auto scope = scope_of(environment);
    return scope ? catalogue.snapshot(*scope) : nullptr;
  };
  auto pipeline =
      collect::Pipeline::start(*journal_.journal, *online_, snapshots, clock, log, pipeline_options);
  if (!pipeline) return tl::unexpected(pipeline.error());
  pipeline_ = *std::move(pipeline);
  return {};
}

void Installation::stand_in_for_way_in(const ServerSettings& settings, const Error& why) {
  collect::PipelineOptions options;
  options.hot_profiles = settings.hot_profiles;
  pipeline_ = collect::make_refusing_pipeline(why, online_.get(), options);
}

Result<std::unique_ptr<Installation>> Installation::open(const ServerSettings& settings, const Clock& clock,
                                                         Log& log, const ShowKeys& show_keys,
                                                         BrokenStores broken) {
  const DataFolder folder{settings.data};
  auto lock = FolderLock::take(folder);
  if (!lock) return tl::unexpected(lock.error());
  if (auto whole = must_have_catalogue(folder); !whole) return tl::unexpected(whole.error());
  std::unique_ptr<Installation> made(new Installation(*std::move(lock), clock));
  if (auto opened = made->open_catalogue(settings, clock, log, show_keys); !opened)
    return tl::unexpected(opened.error());

  const auto go_on_without = [&](std::string name, const Error& why) {
    log.error("a store cannot be opened: decisions go on without it",
              {{"store", name}, {"why", why.message}, {"hint", why.hint}});
    made->missing_.push_back({std::move(name), why});
  };
  // A disk that is full is freed, and then a start brings everything back: nothing to go on without for long.
  const auto refuses = [&](const Error& why) {
    return broken == BrokenStores::Refuse || why.code == ErrorCode::ResourceLimit;
  };
  if (auto opened = made->open_warehouse(settings); !opened) {
    if (refuses(opened.error())) return tl::unexpected(opened.error());
    go_on_without("warehouse", opened.error());
  }
  if (auto opened = made->open_way_in(settings, clock, log); !opened) {
    if (refuses(opened.error())) return tl::unexpected(opened.error());
    go_on_without("events", opened.error());
    made->stand_in_for_way_in(settings, opened.error());
  }
  if (made->warehouse_ == nullptr || made->journal_.journal == nullptr) return made;
  auto loader = collect::Loader::start(*made->journal_.journal, *made->warehouse_, log);
  if (loader) {
    made->loader_ = *std::move(loader);
  } else if (refuses(loader.error())) {
    return tl::unexpected(loader.error());
  } else {
    go_on_without("warehouse", loader.error());
  }
  return made;
}

Result<void> Installation::check_results() const {
  if (loader_ != nullptr) return {};
  const MissingStore& store = missing_.front();
  return fail(
      ErrorCode::Unavailable,
      fmt::format("there are no results without the {}: {}",
                  store.name == "events" ? "journal and the online store" : store.name, store.why.message),
      store.why.hint);
}

Result<experiment::ServedQuestion> Installation::question_of(const catalogue::Scope& scope,
                                                             std::string_view experiment) {
  if (auto there = check_results(); !there) return tl::unexpected(there.error());
  const auto frozen = catalogue().frozen_plan(scope, experiment);
  if (!frozen) return tl::unexpected(frozen.error());
  auto configuration = configuration_of(*frozen);
  if (!configuration) return tl::unexpected(configuration.error());
  const auto stopped = stopped_at(catalogue(), scope, experiment);
  if (!stopped) return tl::unexpected(stopped.error());

  experiment::ServedQuestion question;
  question.environment = scope.project + "/" + scope.environment;
  question.experiment = experiment;
  question.frozen = *std::move(configuration);
  if (const auto snapshot = catalogue().snapshot(scope)) question.current = snapshot->configuration();
  question.fingerprint = frozen->fingerprint;
  question.revision = frozen->revision;
  question.started = frozen->started;
  question.stopped = *stopped;
  return question;
}

Result<void> Installation::catch_up() {
  return loader().wait_until(journal().durable_end(), kLoaderPatience);
}

Result<experiment::Analysis> Installation::analyze(const catalogue::Scope& scope,
                                                   std::string_view experiment) {
  const auto question = question_of(scope, experiment);
  if (!question) return tl::unexpected(question.error());
  if (auto loaded = catch_up(); !loaded) return tl::unexpected(loaded.error());
  return experiment::analyze_experiment(*warehouse_, *question);
}

Result<experiment::Timeline> Installation::timeline(const catalogue::Scope& scope,
                                                    std::string_view experiment, std::string_view metric) {
  const auto question = question_of(scope, experiment);
  if (!question) return tl::unexpected(question.error());
  if (auto loaded = catch_up(); !loaded) return tl::unexpected(loaded.error());
  return experiment::experiment_timeline(*warehouse_, *question, metric);
}

Result<std::vector<serve::ExperimentProgress>> Installation::experiments(const catalogue::Scope& scope) {
  if (auto there = check_results(); !there) return tl::unexpected(there.error());
  std::vector<serve::ExperimentProgress> list;
  const auto snapshot = catalogue().snapshot(scope);
  if (!snapshot) return list;
  const model::Configuration& now = snapshot->configuration();
  std::vector<store::ExperimentRelation> relations;
  for (const auto& [key, experiment] : now.experiments) {
    const auto question = question_of(scope, key);
    if (!question && question.error().code != ErrorCode::NotFound) return tl::unexpected(question.error());
    if (!question) {  // never started
      list.push_back(progress_of(experiment, now));
      continue;
    }
    // What is analysed is the plan of the start.
    const model::Experiment& planned = question->frozen.experiments.at(key);
    list.push_back(progress_of(planned, question->frozen));
    list.back().status = experiment.status;
    list.back().started = question->started;
    list.back().stopped = question->stopped;
    store::ExperimentRelation relation;
    relation.environment = question->environment;
    relation.experiment = key;
    relation.unit = planned.unit;
    relation.from = question->started;
    relation.until = question->stopped;
    relations.push_back(std::move(relation));
  }
  auto rows = warehouse_->analysis();
  if (!rows) return tl::unexpected(rows.error());
  const auto counts = (*rows)->count_exposures(relations);
  if (!counts) return tl::unexpected(counts.error());
  for (const store::ExposureCount& count : *counts) add_count(list, count);
  return list;
}

}  // namespace splitplot::app
