/// Files for a test: a folder of its own that goes when the test ends.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <duckdb.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace splitplot::store::test {

class TemporaryFiles : public ::testing::Test {
 protected:
  TemporaryFiles() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() / (std::string("splitplot-store-") + test->test_suite_name() +
                                                  "-" + test->name() + "-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~TemporaryFiles() override {
    std::error_code ignored;
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(std::string_view name) const { return (folder_ / name).string(); }

  std::string write(std::string_view name, std::string_view content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

  /// Turns a CSV file into another format: `COPY (SELECT * FROM read_csv(from, csv_options)) TO to
  /// (copy_options)`.
  std::string copy(const std::string& from, std::string_view to, const std::string& copy_options) const {
    duckdb_database database = nullptr;
    duckdb_connection connection = nullptr;
    duckdb_open(nullptr, &database);
    duckdb_connect(database, &connection);
    const std::string sql =
        "COPY (SELECT * FROM read_csv('" + from + "')) TO '" + path(to) + "' (" + copy_options + ")";
    const bool done = duckdb_query(connection, sql.c_str(), nullptr) == DuckDBSuccess;
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    if (!done) throw std::runtime_error("could not write " + path(to));
    return path(to);
  }

  std::filesystem::path folder_;
};

}  // namespace splitplot::store::test
