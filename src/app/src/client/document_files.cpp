#include "client/document_files.hpp"

#include "files.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 16U << 20;

bool is_document_file(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

bool is_hidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

Result<std::vector<fs::path>> files_in(const std::string& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (is_hidden(entry->path())) {
      if (entry->is_directory()) entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && is_document_file(entry->path())) {
      found.push_back(entry->path());
    }
  }
  if (error)
    return fail(ErrorCode::Unreadable, fmt::format("cannot read the folder {}: {}", folder, error.message()));
  if (found.empty()) {
    return fail(ErrorCode::NotFound, fmt::format("there is no .yaml, .yml or .json file in {}", folder),
                "name the files themselves, if they are called otherwise");
  }
  std::ranges::sort(found);
  return found;
}

/// "flags", "items"
std::string folder_of(model::DocumentKind kind) {
  const std::string_view name = model::name_of(kind);
  return fmt::format("{}{}", name, name.ends_with('s') ? "" : "s");
}

}  // namespace

Result<std::vector<NamedText>> read_document_files(const std::vector<std::string>& paths) {
  std::vector<NamedText> texts;
  for (const std::string& path : paths) {
    std::vector<fs::path> files{path};
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      auto found = files_in(path);
      if (!found) return tl::unexpected(found.error());
      files = *std::move(found);
    }
    for (const fs::path& file : files) {
      auto text = read_whole_file(file.string(), kLargestFile);
      if (!text) return tl::unexpected(text.error());
      texts.push_back({file.string(), *std::move(text)});
    }
  }
  return texts;
}

Result<std::size_t> write_document_files(const std::string& folder,
                                         const std::vector<model::Document>& documents) {
  for (const model::Document& document : documents) {
    const fs::path directory = fs::path(folder) / folder_of(document.id.kind);
    std::error_code error;
    fs::create_directories(directory, error);
    if (error)
      return fail(ErrorCode::Unreadable,
                  fmt::format("cannot make {}: {}", directory.string(), error.message()));
    const std::string path = (directory / (document.id.key + ".yaml")).string();
    if (auto written = write_file(path, model::to_yaml(document)); !written)
      return tl::unexpected(written.error());
  }
  return documents.size();
}

}  // namespace splitplot::app
