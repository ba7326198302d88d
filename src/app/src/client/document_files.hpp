// Documents in files: found for apply, written for export.
#pragma once

#include <splitplot/base/result.hpp>
#include <splitplot/model/document.hpp>

#include <string>
#include <vector>

namespace splitplot::app {

struct NamedText {
  std::string name;  ///< the path as given or found, for messages
  std::string text;
};

/// The files named, and the .yaml, .yml and .json files in folders named, at any depth, sorted; hidden ones left out.
/// Errors: Unreadable; NotFound if a folder holds none.
[[nodiscard]] Result<std::vector<NamedText>> read_document_files(const std::vector<std::string>& paths);

/// Writes each document to FOLDER/KINDs/KEY.yaml. Answers the number of files. Errors: Unreadable.
[[nodiscard]] Result<std::size_t> write_document_files(const std::string& folder,
                                                       const std::vector<model::Document>& documents);

}  // namespace splitplot::app
