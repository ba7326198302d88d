#include "server/truth_file.hpp"

#include <splitplot/base/value.hpp>
#include <splitplot/model/json.hpp>

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

namespace splitplot::app {
namespace {

constexpr std::uintmax_t kMostBytes = 16UL * 1024 * 1024;

}  // namespace

Result<std::string> read_truth(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    return fail(ErrorCode::NotFound, "the simulator has written no truth yet");
  const auto bytes = std::filesystem::is_regular_file(status) ? std::filesystem::file_size(path, error) : 0;
  if (bytes == 0 || error || bytes > kMostBytes) {
    return fail(ErrorCode::Unavailable, fmt::format("the truth is no file of 1 to {} bytes", kMostBytes));
  }
  std::string text(bytes, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(text.data(), static_cast<std::streamsize>(bytes)))
    return fail(ErrorCode::Unavailable, "the file of the truth cannot be read");
  const auto value = model::parse_json(text);
  if (!value || value->if_object() == nullptr)
    return fail(ErrorCode::Unavailable, "the file of the truth holds no JSON object");
  return text;
}

}  // namespace splitplot::app
