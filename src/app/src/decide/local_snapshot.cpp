#include "decide/local_snapshot.hpp"

#include "client/document_files.hpp"

#include <splitplot/content/contents.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/model/document.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

ApiFailure failure_of(const std::vector<model::Problem>& problems) {
  ApiFailure failure;
  failure.error = {
      ErrorCode::BadData,
      fmt::format("the documents have {} problem{}", problems.size(), problems.size() == 1 ? "" : "s"), ""};
  for (const model::Problem& problem : problems) failure.lines.push_back(model::to_text(problem));
  return failure;
}

/// The same problem, whether one document is there twice in a file or in two.
void refuse_doubles(const std::vector<model::DocumentText>& texts, std::vector<model::Problem>& problems) {
  std::set<model::DocumentId> seen;
  for (const model::DocumentText& text : texts) {
    for (const model::Document& document : text.documents) {
      if (seen.insert(document.id).second) continue;
      problems.push_back(
          {"", model::to_text(document.id), "/key", "it is there more than once", "keep one of them"});
    }
  }
}

/// "experiment 'button'", "roll-out of flag 'checkout', rule '1'"
std::string seedless(std::string_view kind, std::string_view key) {
  if (kind != "rollout") return fmt::format("{} '{}'", kind, key);
  const std::size_t slash = key.find('/');
  return fmt::format("roll-out of flag '{}', rule '{}'", key.substr(0, slash),
                     slash == std::string_view::npos ? std::string_view() : key.substr(slash + 1));
}

/// The whole of a file. Errors: Unreadable.
Result<std::string> text_of_file(const std::string& path) {
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored))
    return fail(ErrorCode::InvalidArgument, fmt::format("{} is a folder", path), "name a file");
  auto files = read_document_files({path});
  if (!files) return tl::unexpected(files.error());
  return std::move(files->front().text);
}

void note_seeds(const LocalSnapshot& local, const decide::Explanation& explanation,
                std::vector<std::string>& unknown);

void note_seeds(const LocalSnapshot& local, const std::string& flag, const std::string& rule,
                const decide::ExplainedCheck& check, std::vector<std::string>& unknown) {
  for (const decide::Explanation& other : check.flag) note_seeds(local, other, unknown);
  if (!check.bucket) return;
  std::string what;
  switch (check.what) {
    case decide::Check::What::Layer:
      what = seedless("layer", check.key);
      break;
    case decide::Check::What::Holdout:
      what = seedless("experiment", check.key);
      break;
    case decide::Check::What::Variant:
      what = seedless("experiment", check.experiment);
      break;
    case decide::Check::What::Rollout:
      what = seedless("rollout", flag + "/" + rule);
      break;
    default:
      return;
  }
  if (local.without_seed.contains(what) && std::ranges::find(unknown, what) == unknown.end())
    unknown.push_back(std::move(what));
}

void note_seeds(const LocalSnapshot& local, const decide::Explanation& explanation,
                std::vector<std::string>& unknown) {
  for (const decide::ExplainedRule& rule : explanation.rules) {
    for (const decide::ExplainedCheck& check : rule.checks)
      note_seeds(local, explanation.flag, rule.id, check, unknown);
  }
}

}  // namespace

ApiResult<LocalSnapshot> snapshot_of_documents(const std::vector<std::string>& paths) {
  const auto files = read_document_files(paths);
  if (!files) return tl::unexpected(ApiFailure{files.error(), {}});
  std::vector<model::DocumentText> texts;
  std::vector<model::Problem> problems;
  std::vector<model::Document> documents;
  for (const NamedText& file : *files) {
    auto read = model::read_documents(file.name, file.text);
    if (!read) {
      problems.insert(problems.end(), read.error().begin(), read.error().end());
      continue;
    }
    documents.insert(documents.end(), read->documents.begin(), read->documents.end());
    texts.push_back(std::move(*read));
  }
  if (!problems.empty()) return tl::unexpected(failure_of(problems));
  refuse_doubles(texts, problems);
  model::Checked checked = content::check_documents(documents);
  problems.insert(problems.end(), checked.problems.begin(), checked.problems.end());
  model::add_places(problems, texts);
  if (!problems.empty()) return tl::unexpected(failure_of(problems));
  LocalSnapshot local;
  local.snapshot = decide::Snapshot::compile(std::move(checked.configuration), 0,
                                             [&local](std::string_view kind, std::string_view key) {
                                               local.without_seed.insert(seedless(kind, key));
                                               return fmt::format("{}/{}", kind, key);
                                             });
  return local;
}

ApiResult<LocalSnapshot> snapshot_of_payload(const std::string& path) {
  const auto text = text_of_file(path);
  if (!text) return tl::unexpected(ApiFailure{text.error(), {}});
  auto payload = model::parse_json(*text, {.depth = 64, .members = 10'000'000});
  if (!payload) {
    return tl::unexpected(ApiFailure{
        {ErrorCode::BadData, fmt::format("{} is no JSON: {}", path, payload.error().message), ""}, {}});
  }
  auto snapshot = decide::Snapshot::read_payload(*std::move(payload));
  if (!snapshot) return tl::unexpected(ApiFailure{snapshot.error(), {}});
  return LocalSnapshot{*std::move(snapshot), {}};
}

std::vector<std::string> unknown_seeds(const LocalSnapshot& local, const decide::Explanation& explanation) {
  std::vector<std::string> unknown;
  note_seeds(local, explanation, unknown);
  return unknown;
}

Result<void> require_seeds(const LocalSnapshot& local, const model::Experiment& experiment) {
  std::vector<std::string> needed{seedless("experiment", experiment.key)};
  if (experiment.layer) needed.push_back(seedless("layer", experiment.layer->layer));
  for (const auto& [key, other] : local.snapshot->configuration().experiments) {
    const bool holds_out = other.holdout && other.status == model::ExperimentStatus::Running;
    if (holds_out && !experiment.holdout) needed.push_back(seedless("experiment", key));
  }
  const auto found = std::ranges::find_if(
      needed, [&](const std::string& what) { return local.without_seed.contains(what); });
  if (found == needed.end()) return {};
  return fail(ErrorCode::Conflict,
              fmt::format("the {} has no seed in its document: the server has a secret one", *found),
              "ask the server instead of --documents, or write a seed before it starts");
}

Result<Value> read_attributes(const std::string& json_or_file) {
  const std::size_t first = json_or_file.find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string::npos && json_or_file[first] == '{';
  std::string text = json_or_file;
  if (!is_json) {
    auto read = text_of_file(json_or_file);
    if (!read) return tl::unexpected(read.error());
    text = *std::move(read);
  }
  auto value = model::parse_json(text);
  if (value && value->if_object() != nullptr) return *std::move(value);
  return fail(ErrorCode::InvalidArgument,
              value ? std::string("the attributes are no JSON object")
                    : fmt::format("the attributes cannot be read: {}", value.error().message),
              R"(write --attributes '{"plan": "pro"}', or name a file that holds such an object)");
}

}  // namespace splitplot::app
