#include "rocksdb/online_store.hpp"

#include "rocksdb/failure.hpp"
#include "rocksdb/seen_events.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

namespace splitplot::store::rocks {

namespace {

constexpr std::uint64_t kFormatVersion = 1;
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kReflectsKey = "reflects";

/// Order of the column families in `families_`; RocksDB wants one called "default".
enum Family : std::size_t { Meta, Profiles, Seen };
constexpr const char* kFamilies[] = {"default", "profiles", "seen"};

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

template <std::size_t kSize>
rocksdb::Slice slice(const std::array<char, kSize>& bytes) {
  return {bytes.data(), bytes.size()};
}

std::string profile_key(std::string_view scope, const Unit& unit) {
  std::string key;
  key.reserve(scope.size() + 2 + unit.id.size());
  key.append(scope).push_back('\0');
  key.push_back(static_cast<char>(unit.kind));
  return key.append(unit.id);
}

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.max_total_wal_size = 128ULL << 20;
  options.bytes_per_sync =
      1 << 20;  // spreads the disk's work, so that the journal's syncs wait less behind it
  options.track_and_verify_wals_in_manifest = true;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 4 << 20;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

/// Both big families are asked mostly for keys that are not there (new events, new units): filters answer those.
rocksdb::ColumnFamilyOptions family_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;  // so that they are inside the memory that was granted
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 16ULL << 20;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(const OnlineStoreOptions& options,
                                                                const Clock& clock) {
  const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
  rocksdb::ColumnFamilyOptions meta;
  meta.write_buffer_size = 1 << 20;
  rocksdb::ColumnFamilyOptions profiles = family_options(cache);
  const auto compressions = rocksdb::GetSupportedCompressions();
  const bool has_lz4 =
      std::find(compressions.begin(), compressions.end(), rocksdb::kLZ4Compression) != compressions.end();
  profiles.compression = has_lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  rocksdb::ColumnFamilyOptions seen = family_options(cache);
  seen.compression = rocksdb::kNoCompression;  // random keys
  seen.compaction_filter_factory = std::make_shared<SeenFilterFactory>(clock, options.window);
  // Files that nothing else would rewrite pass the filter at least this often.
  seen.periodic_compaction_seconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(options.window).count());
  return {{kFamilies[Meta], meta}, {kFamilies[Profiles], profiles}, {kFamilies[Seen], seen}};
}

/// Free bytes that opening wants beside a copy of the logs, which it writes into tables.
constexpr std::uint64_t kOpeningBytes = 1ULL << 20;

/// RocksDB as Debian builds it does not report a full disk while it recovers its logs: it aborts the process.
Result<void> must_have_space_to_open(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::uint64_t needed = kOpeningBytes;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const std::uintmax_t bytes = entry->path().extension() == ".log" ? entry->file_size(ignored) : 0;
    if (!ignored) needed += bytes;
  }
  const fs::space_info space = fs::space(directory, error);
  if (error || space.available >= needed)
    return {};  // what else is wrong with the folder RocksDB says better
  return fail(ErrorCode::ResourceLimit,
              fmt::format("online store {}: the disk is full: {} bytes are free, and opening it takes {}",
                          directory, space.available, needed),
              "free disk space; nothing is lost");
}

}  // namespace

Result<std::unique_ptr<RocksOnlineStore>> RocksOnlineStore::open(const OnlineStoreOptions& options,
                                                                 const Clock& clock) {
  if (auto room = must_have_space_to_open(options.directory); !room)
    return tl::unexpected<Error>(std::move(room.error()));
  std::unique_ptr<RocksOnlineStore> store(new RocksOnlineStore(options, clock));
  rocksdb::DB* database = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = rocksdb::DB::Open(database_options(), options.directory,
                                        family_descriptors(options, clock), &handles, &database);
  store->database_.reset(database);
  for (auto* handle : handles) store->families_.emplace_back(handle);
  if (!status.ok()) {
    Error error = failure(status, "opening it", options.directory);
    if (error.code == ErrorCode::Unavailable) error.code = ErrorCode::Unreadable;
    return tl::unexpected<Error>(std::move(error));
  }
  if (auto read = store->read_meta(); !read) return tl::unexpected<Error>(std::move(read.error()));
  return store;
}

RocksOnlineStore::~RocksOnlineStore() {
  families_.clear();  // the handles go before their database
}

Result<void> RocksOnlineStore::read_meta() {
  const auto read = [&](std::string_view key) -> Result<std::optional<std::uint64_t>> {
    std::string bytes;
    const auto status = database_->Get({}, families_[Meta].get(), slice(key), &bytes);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return tl::unexpected<Error>(failure(status, "reading its state", options_.directory));
    const auto value = decode_integer(bytes);
    if (!value) {
      return fail(ErrorCode::BadData,
                  fmt::format("online store {}: its entry '{}' is damaged", options_.directory, key),
                  std::string(kRebuildHint));
    }
    return value;
  };
  const auto format = read(kFormatKey);
  if (!format) return tl::unexpected<Error>(format.error());
  if (!*format) {
    rocksdb::WriteOptions durable;
    durable.sync = true;
    const auto status = database_->Put(durable, families_[Meta].get(), slice(kFormatKey),
                                       slice(encode_integer(kFormatVersion)));
    if (!status.ok()) return tl::unexpected<Error>(failure(status, "making it", options_.directory));
  } else if (**format != kFormatVersion) {
    return fail(ErrorCode::BadData,
                fmt::format("online store {}: its format is version {}, and this program knows {}",
                            options_.directory, **format, kFormatVersion),
                "use the newer program, or delete this folder: it is made anew from the journal");
  }
  const auto reflects = read(kReflectsKey);
  if (!reflects) return tl::unexpected<Error>(reflects.error());
  reflects_.store(reflects->value_or(0));
  return {};
}

Result<std::optional<std::string>> RocksOnlineStore::profile(std::string_view scope, const Unit& unit) const {
  std::string bytes;
  const auto status = database_->Get({}, families_[Profiles].get(), slice(profile_key(scope, unit)), &bytes);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return tl::unexpected<Error>(failure(status, "reading a profile", options_.directory));
  return bytes;
}

Result<std::optional<Timestamp>> RocksOnlineStore::seen(const EventFingerprint& fingerprint) const {
  rocksdb::PinnableSlice value;
  const auto key = seen_key(fingerprint);
  const auto status = database_->Get({}, families_[Seen].get(), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return tl::unexpected<Error>(failure(status, "looking up an event", options_.directory));
  const auto received = seen_time(value);
  if (!received) {
    return fail(ErrorCode::BadData,
                fmt::format("online store {}: the entry of an event is damaged", options_.directory),
                std::string(kRebuildHint));
  }
  if (is_outside(*received, options_.window, clock_.now())) return std::nullopt;
  return received;
}

Result<void> RocksOnlineStore::checkpoint(const OnlineCheckpoint& checkpoint) {
  if (write_failed_) {
    // After a failed write RocksDB refuses all others until it is told that the disk may be well again.
    const auto status = database_->Resume();
    if (!status.ok()) return tl::unexpected<Error>(failure(status, "resuming", options_.directory));
    write_failed_ = false;
  }
  rocksdb::WriteBatch batch;
  rocksdb::Status status;
  for (const auto& write : checkpoint.profiles) {
    if (!status.ok()) break;
    status = batch.Put(families_[Profiles].get(), profile_key(write.scope, write.unit), write.bytes);
  }
  for (const auto& event : checkpoint.seen) {
    if (!status.ok()) break;
    status = batch.Put(families_[Seen].get(), slice(seen_key(event.fingerprint)),
                       slice(seen_value(event.received)));
  }
  if (status.ok()) {
    status =
        batch.Put(families_[Meta].get(), slice(kReflectsKey), slice(encode_integer(checkpoint.reflects)));
  }
  if (status.ok()) {
    rocksdb::WriteOptions durable;
    durable.sync = true;
    status = database_->Write(durable, &batch);
    write_failed_ = !status.ok();
  }
  if (!status.ok()) return tl::unexpected<Error>(failure(status, "writing a checkpoint", options_.directory));
  reflects_.store(checkpoint.reflects);
  return {};
}

Result<void> RocksOnlineStore::compact_seen() {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const auto status = database_->CompactRange(options, families_[Seen].get(), nullptr, nullptr);
  if (!status.ok()) return tl::unexpected<Error>(failure(status, "compacting", options_.directory));
  return {};
}

Result<std::uint64_t> RocksOnlineStore::stored_fingerprints() const {
  const std::unique_ptr<rocksdb::Iterator> iterator(database_->NewIterator({}, families_[Seen].get()));
  std::uint64_t count = 0;
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) ++count;
  if (!iterator->status().ok()) {
    return tl::unexpected<Error>(failure(iterator->status(), "reading it all", options_.directory));
  }
  return count;
}

}  // namespace splitplot::store::rocks

namespace splitplot::store {

Result<std::unique_ptr<OnlineStore>> open_online_store(const OnlineStoreOptions& options,
                                                       const Clock& clock) {
  auto opened = rocks::RocksOnlineStore::open(options, clock);
  if (!opened) return tl::unexpected<Error>(std::move(opened.error()));
  return std::move(*opened);
}

}  // namespace splitplot::store
