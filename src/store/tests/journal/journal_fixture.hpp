/// What tests of the journal share.
#pragma once

#include <splitplot/store/journal.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace splitplot::store::test {

/// Reads on until the reader has nothing more.
inline std::vector<JournalRecord> read_rest(JournalReader& reader) {
  std::vector<JournalRecord> records;
  while (true) {
    auto record = reader.next();
    if (!record) throw std::runtime_error(record.error().message);
    if (!*record) return records;
    records.push_back(std::move(**record));
  }
}

inline std::vector<JournalRecord> read_all(Journal& journal, JournalOffset from) {
  auto reader = journal.read_from(from);
  if (!reader) throw std::runtime_error(reader.error().message);
  return read_rest(**reader);
}

inline std::vector<JournalRecord> read_all(Journal& journal) {
  return read_all(journal, journal.begin());
}

inline std::vector<std::string> payloads_of(const std::vector<JournalRecord>& records) {
  std::vector<std::string> payloads;
  payloads.reserve(records.size());
  for (const auto& record : records) payloads.push_back(record.payload);
  return payloads;
}

/// CRC-32C bit by bit, as its definition says.
inline std::uint32_t slow_crc32c(std::uint32_t crc, const std::string& bytes) {
  crc = ~crc;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0x82F63B78U : 0U);
  }
  return ~crc;
}

inline std::string with_checksum(const std::string& bytes) {
  const std::uint32_t crc = slow_crc32c(0, bytes);
  std::string answer = bytes;
  for (int i = 0; i < 4; ++i) answer += static_cast<char>(crc >> (8 * i));
  return answer;
}

}  // namespace splitplot::store::test
