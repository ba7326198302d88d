// Everything a server consists of, opened in the right order and closed in the reverse one: data folder, catalogue,
// journal, online store, the way in, warehouse, loader. What the HTTP server and the maintenance commands stand on.
#pragma once

#include "server/data_folder.hpp"
#include "server/settings.hpp"

#include <splitplot/base/log.hpp>
#include <splitplot/base/result.hpp>
#include <splitplot/base/time.hpp>
#include <splitplot/catalogue/catalogue.hpp>
#include <splitplot/collect/live_traffic.hpp>
#include <splitplot/collect/loader.hpp>
#include <splitplot/collect/pipeline.hpp>
#include <splitplot/experiment/served_experiment.hpp>
#include <splitplot/experiment/timeline.hpp>
#include <splitplot/serve/experiments.hpp>
#include <splitplot/store/event_warehouse.hpp>
#include <splitplot/store/journal.hpp>
#include <splitplot/store/online.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace splitplot::app {

/// What to do where journal, online store or warehouse cannot be opened.
enum class BrokenStores {
  Refuse,
  StandIn,  ///< go on without: decisions need none of them
};

/// A store that something else stands in for, and why.
struct MissingStore {
  std::string name;  ///< "events", "warehouse"
  Error why;
};

class Installation {
 public:
  using ShowKeys = std::function<void(const std::vector<catalogue::NewCredential>&)>;

  /// Opens or makes a data folder. `clock` and `log` must outlive it. `show_keys` gets the keys of a new installation
  /// as soon as they exist: nobody can ask for them again, whatever fails afterwards.
  /// Errors: BadData (a journal without its catalogue), and as of the parts.
  [[nodiscard]] static Result<std::unique_ptr<Installation>> open(const ServerSettings& settings,
                                                                  const Clock& clock, Log& log,
                                                                  const ShowKeys& show_keys,
                                                                  BrokenStores broken = BrokenStores::Refuse);

  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;
  ~Installation() = default;

  /// Of the parts below, journal, loader and warehouse are not there where something stands in for them.
  [[nodiscard]] const std::vector<MissingStore>& missing() const { return missing_; }

  [[nodiscard]] catalogue::Catalogue& catalogue() { return *catalogue_.catalogue; }
  [[nodiscard]] store::Journal& journal() { return *journal_.journal; }
  [[nodiscard]] const store::JournalRecovery& journal_recovery() const { return journal_.recovery; }
  [[nodiscard]] collect::Pipeline& pipeline() { return *pipeline_; }
  [[nodiscard]] collect::Loader& loader() { return *loader_; }
  [[nodiscard]] const collect::Loader* loader_if_any() const { return loader_.get(); }
  [[nodiscard]] collect::LiveTraffic& traffic() { return traffic_; }
  [[nodiscard]] store::EventWarehouse& warehouse() { return *warehouse_; }

  /// What an experiment has found so far: everything acknowledged before the call counts.
  /// Errors: NotFound (no such experiment, never started), Unavailable (the loader is behind), as of the analysis.
  [[nodiscard]] Result<experiment::Analysis> analyze(const catalogue::Scope& scope,
                                                     std::string_view experiment);

  /// The same over time, for one metric; empty for the first of the plan. Errors: also NotFound (metric).
  [[nodiscard]] Result<experiment::Timeline> timeline(const catalogue::Scope& scope,
                                                      std::string_view experiment, std::string_view metric);

  /// All experiments of a scope, by key, with counts of what is loaded: fast, waits for nothing.
  [[nodiscard]] Result<std::vector<serve::ExperimentProgress>> experiments(const catalogue::Scope& scope);

 private:
  /// What to ask of the warehouse. Errors: NotFound.
  [[nodiscard]] Result<experiment::ServedQuestion> question_of(const catalogue::Scope& scope,
                                                               std::string_view experiment);
  /// Waits until everything acknowledged before the call is in the warehouse.
  [[nodiscard]] Result<void> catch_up();
  /// Errors: Unavailable (the warehouse, or what fills it, is not there).
  [[nodiscard]] Result<void> check_results() const;

  [[nodiscard]] Result<void> open_catalogue(const ServerSettings& settings, const Clock& clock, Log& log,
                                            const ShowKeys& show_keys);
  [[nodiscard]] Result<void> open_warehouse(const ServerSettings& settings);
  [[nodiscard]] Result<void> open_way_in(const ServerSettings& settings, const Clock& clock, Log& log);
  void stand_in_for_way_in(const ServerSettings& settings, const Error& why);

  Installation(FolderLock lock, const Clock& clock) : lock_(std::move(lock)), traffic_(clock) {}

  // Destroyed from the last to the first.
  FolderLock lock_;
  std::vector<MissingStore> missing_;
  catalogue::OpenedCatalogue catalogue_;
  store::OpenedJournal journal_;
  std::unique_ptr<store::OnlineStore> online_;
  collect::LiveTraffic traffic_;
  std::unique_ptr<collect::Pipeline> pipeline_;
  std::unique_ptr<store::EventWarehouse> warehouse_;
  std::unique_ptr<collect::Loader> loader_;
};

}  // namespace splitplot::app
