#include "journal/survey.hpp"

#include "journal/record_scanner.hpp"
#include "journal/segment_format.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace splitplot::store {
namespace {

struct Candidate {
  std::string name;
  JournalOffset begin = 0;
  JournalOffset physical_end =
      0;  ///< the offset that the file's size stands for; nothing was written beyond it
  std::optional<SegmentHeader> header = std::nullopt;
};

Result<Candidate> look_at(FileSystem& files, const std::string& directory, const std::string& name,
                          JournalOffset begin) {
  Candidate candidate{.name = name, .begin = begin};
  auto file = files.open(directory + "/" + name, OpenMode::Read);
  if (!file) return tl::unexpected(std::move(file.error()));
  const auto size = (*file)->size();
  if (!size) return tl::unexpected(size.error());
  candidate.physical_end = begin + (*size > kSegmentHeaderBytes ? *size - kSegmentHeaderBytes : 0);
  // A header that cannot be read is as good as a damaged one.
  const auto bytes = (*file)->read(0, kSegmentHeaderBytes);
  auto header = decode_segment_header(bytes ? std::string_view(*bytes) : std::string_view());
  if (!header) return tl::unexpected(std::move(header.error()));
  if (*header && (*header)->begin == begin) candidate.header = **header;
  return candidate;
}

// A segment's records end where its file does, where the next segment begins, or where that one says.
JournalOffset limit_of(const Candidate& candidate, const Candidate* following) {
  JournalOffset limit = candidate.physical_end;
  if (following != nullptr) {
    limit = std::min(limit, following->begin);
    if (following->header) limit = std::min(limit, following->header->previous_end);
  }
  return std::max(limit, candidate.begin);
}

class Surveyor {
 public:
  Surveyor(FileSystem& files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  Result<void> add(const Candidate& candidate, const Candidate* following);
  void add_headless(const Candidate& candidate);
  Survey finish() { return std::move(survey_); }

 private:
  void finish_last(const Candidate& candidate, RecordScanner& scanner, JournalOffset limit);
  void finish_followed(const Candidate& candidate, const Candidate& following, RecordScanner& scanner,
                       JournalOffset limit);
  void take_damage(const RecordScanner& scanner) {
    auto& damage = survey_.recovery.damage;
    damage.insert(damage.end(), scanner.damage().begin(), scanner.damage().end());
  }
  void report(const Candidate& candidate, std::uint64_t position, std::uint64_t bytes, std::string what) {
    survey_.recovery.damage.push_back(damage_of(candidate, position, bytes, std::move(what)));
  }
  static JournalDamage damage_of(const Candidate& candidate, std::uint64_t position, std::uint64_t bytes,
                                 std::string what) {
    return {.file = candidate.name, .position = position, .bytes = bytes, .what = std::move(what)};
  }

  FileSystem& files_;
  std::string directory_;
  Survey survey_;
};

void Surveyor::add_headless(const Candidate& candidate) {
  survey_.unfinished.push_back(damage_of(candidate, 0, 0, "torn header of a new segment without records"));
  survey_.headless.push_back(directory_ + "/" + candidate.name);
  survey_.recovery.end = std::max(survey_.recovery.end, candidate.begin);
}

Result<void> Surveyor::add(const Candidate& candidate, const Candidate* following) {
  const auto file = files_.open(directory_ + "/" + candidate.name, OpenMode::Read);
  if (!file) return tl::unexpected(file.error());
  std::optional<std::uint32_t> marker;
  if (candidate.header) {
    marker = candidate.header->marker;
  } else {
    report(candidate, 0, kSegmentHeaderBytes,
           "the segment's header is damaged: its records are read without it");
  }
  const JournalOffset limit = limit_of(candidate, following);
  RecordScanner scanner(**file, candidate.name, candidate.begin, marker);
  while (scanner.next(limit)) ++survey_.recovery.records;
  survey_.recovery.end = std::max(survey_.recovery.end, align_up(candidate.physical_end));
  survey_.segments.push_back(
      Segment{.name = candidate.name, .begin = candidate.begin, .end = limit, .marker = marker});
  if (following != nullptr) {
    finish_followed(candidate, *following, scanner, limit);
  } else {
    finish_last(candidate, scanner, limit);
  }
  return {};
}

void Surveyor::finish_followed(const Candidate& candidate, const Candidate& following, RecordScanner& scanner,
                               JournalOffset limit) {
  const JournalOffset reached = std::max(scanner.right_end(), limit);
  scanner.skip_tail(limit);
  take_damage(scanner);
  if (following.header && following.header->previous_end > reached) {
    report(candidate, kSegmentHeaderBytes + (reached - candidate.begin),
           following.header->previous_end - reached,
           "records are missing that the following segment " + following.name + " tells of");
  }
}

void Surveyor::finish_last(const Candidate& candidate, RecordScanner& scanner, JournalOffset limit) {
  const JournalOffset right_end = scanner.right_end();
  const bool judged = candidate.header && !scanner.met_unreadable_bytes();
  if (!judged) scanner.skip_tail(limit);
  take_damage(scanner);
  JournalOffset& end = survey_.segments.back().end;
  if (!judged || right_end > limit) {
    survey_.last = LastSegment::Closed;
    end = std::max(right_end, limit);
  } else if (right_end < limit) {
    survey_.last = LastSegment::TornAtEnd;
    end = right_end;
    survey_.unfinished.push_back(damage_of(candidate, kSegmentHeaderBytes + (end - candidate.begin),
                                           limit - end, "torn record at the end"));
  } else {
    survey_.last = LastSegment::Whole;
  }
}

}  // namespace

Result<Survey> survey_journal(FileSystem& files, const std::string& directory) {
  const auto names = files.list(directory);
  if (!names) return tl::unexpected(names.error());
  Surveyor surveyor(files, directory);
  std::vector<Candidate> candidates;
  for (const std::string& name : *names) {
    const auto begin = parse_segment_name(name);
    if (!begin) continue;
    auto candidate = look_at(files, directory, name, *begin);
    if (!candidate) return tl::unexpected(std::move(candidate.error()));
    if (!candidate->header && candidate->physical_end == candidate->begin) {
      surveyor.add_headless(*candidate);
    } else {
      candidates.push_back(std::move(*candidate));
    }
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate* following = i + 1 < candidates.size() ? &candidates[i + 1] : nullptr;
    if (auto added = surveyor.add(candidates[i], following); !added) return tl::unexpected(added.error());
  }
  Survey survey = surveyor.finish();
  survey.recovery.begin = survey.segments.empty() ? survey.recovery.end : survey.segments.front().begin;
  return survey;
}

}  // namespace splitplot::store
