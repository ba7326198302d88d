/// The format of the document store: what makes an empty file one, and what brings an older one up.
#pragma once

#include "sqlite/connection.hpp"

#include <splitplot/base/result.hpp>

#include <span>
#include <string>

namespace splitplot::store::sqlite {

/// SQL that leads from format n to n + 1, the first from nothing to format 1. Their number is the format of today.
[[nodiscard]] std::span<const char* const> format_steps();

/// Brings a file to the format that all steps lead to. A file in an older format is copied to "PATH.format-N" first.
/// Errors: BadData (newer format), Unreadable (not a document store).
Result<void> bring_to_format(Connection& connection, const std::string& path,
                             std::span<const char* const> steps);

}  // namespace splitplot::store::sqlite
