// Files that were uploaded, analysed as `splitplot analyze` does. One is read at a time, in a warehouse of its own with
// little memory and a time limit, so that no file can take the server from its decisions.
#pragma once

#include "server/upload_folder.hpp"

#include <splitplot/serve/files.hpp>
#include <splitplot/store/warehouse.hpp>

#include <memory>

namespace splitplot::app {

// `uploads` and `clock` must outlive it. `limits`: threads, and the folder to spill to.
[[nodiscard]] std::unique_ptr<serve::FileAnalyses> make_file_desk(UploadFolder& uploads,
                                                                  store::EmbeddedWarehouseOptions limits,
                                                                  const Clock& clock);

}  // namespace splitplot::app
