#include "server/installation.hpp"

#include <splitplot/model/configuration.hpp>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

constexpr auto kLoaderPatience = std::chrono::seconds(30);

/// "project/environment" as everything below the catalogue says it.
std::optional<catalogue::Scope> scope_of(std::string_view environment) {
  const std::size_t slash = environment.find('/');
  if (slash == environment.npos) return std::nullopt;
  return catalogue::Scope{std::string(environment.substr(0, slash)), std::string(environment.substr(slash + 1))};
}

void log_recovery(const store::JournalRecovery& recovery, Log& log) {
  log.info("journal opened", {{"records", recovery.records}, {"begin", recovery.begin}, {"end", recovery.end}});
  for (const store::JournalDamage& damage : recovery.damage) {
    log.warn("journal damage", {{"file", damage.file}, {"position", damage.position}, {"bytes", damage.bytes}, {"what", damage.what}});
  }
}

}  // namespace

Result<std::unique_ptr<Installation>> Installation::open(const ServerSettings& settings, const Clock& clock, Log& log) {
  const DataFolder folder{settings.data};
  auto lock = FolderLock::take(folder);
  if (!lock) return tl::unexpected(lock.error());
  std::unique_ptr<Installation> made(new Installation(*std::move(lock)));

  auto catalogue = catalogue::open_catalogue({folder.catalogue(), folder.secrets()}, clock);
  if (!catalogue) return tl::unexpected(catalogue.error());
  made->catalogue_ = *std::move(catalogue);

  store::JournalOptions journal_options;
  journal_options.directory = folder.journal();
  journal_options.reserve_bytes = settings.journal_reserve_bytes;
  auto journal = store::open_journal(store::posix_file_system(), journal_options);
  if (!journal) return tl::unexpected(journal.error());
  made->journal_ = *std::move(journal);
  log_recovery(made->journal_.recovery, log);

  store::OnlineStoreOptions online_options;
  online_options.directory = folder.online();
  online_options.window = settings.duplicate_window;
  auto online = store::open_online_store(online_options, clock);
  if (!online) return tl::unexpected(online.error());
  made->online_ = *std::move(online);

  collect::PipelineOptions pipeline_options;
  pipeline_options.duplicate_window = settings.duplicate_window;
  pipeline_options.hot_profiles = settings.hot_profiles;
  const auto snapshots = [&catalogue = *made->catalogue_.catalogue](std::string_view environment) {
    const auto scope = scope_of(environment);
    return scope ? catalogue.snapshot(*scope) : nullptr;
  };
  auto pipeline = collect::Pipeline::start(*made->journal_.journal, *made->online_, snapshots, clock, log, pipeline_options);
  if (!pipeline) return tl::unexpected(pipeline.error());
  made->pipeline_ = *std::move(pipeline);

  store::EventWarehouseOptions warehouse_options;
  warehouse_options.path = folder.warehouse();
  warehouse_options.limits = {settings.analysis_threads, settings.analysis_memory, folder.spill()};
  auto warehouse = store::open_event_warehouse(warehouse_options);
  if (!warehouse) return tl::unexpected(warehouse.error());
  made->warehouse_ = *std::move(warehouse);

  auto loader = collect::Loader::start(*made->journal_.journal, *made->warehouse_, log);
  if (!loader) return tl::unexpected(loader.error());
  made->loader_ = *std::move(loader);
  return made;
}

}  // namespace splitplot::app
