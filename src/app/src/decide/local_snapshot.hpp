// What decides without a server: documents or a GrowthBook payload read from files, checked as the server would, compiled.
#pragma once

#include "client/api_client.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/decide/explanation.hpp>
#include <splitplot/decide/snapshot.hpp>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace splitplot::app {

struct LocalSnapshot {
  std::shared_ptr<const decide::Snapshot> snapshot;
  /// "experiment 'button'": what has no seed in its document. The server hashes it with a secret one, so that who is in
  /// which bucket is not known here.
  std::set<std::string> without_seed;
};

/// The documents of files and folders. Errors: all problems, as the server would say them.
[[nodiscard]] ApiResult<LocalSnapshot> snapshot_of_documents(const std::vector<std::string>& paths);

/// A payload as GrowthBook's SDKs load it. Errors: Unreadable, BadData.
[[nodiscard]] ApiResult<LocalSnapshot> snapshot_of_payload(const std::string& path);

/// Of those without a seed, the ones whose buckets the explanation shows.
[[nodiscard]] std::vector<std::string> unknown_seeds(const LocalSnapshot& local,
                                                     const decide::Explanation& explanation);

/// Whether the documents hold every seed that the experiment's units are hashed with. Errors: Conflict, with what has none.
[[nodiscard]] Result<void> require_seeds(const LocalSnapshot& local, const model::Experiment& experiment);

/// --attributes: a JSON object, or a file that holds one. Errors: Unreadable, InvalidArgument.
[[nodiscard]] Result<Value> read_attributes(const std::string& json_or_file);

}  // namespace splitplot::app
