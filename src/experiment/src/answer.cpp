#include <splitplot/experiment/answer.hpp>

namespace splitplot::experiment {

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Helps:
      return "helps";
    case Verdict::Harms:
      return "harms";
    case Verdict::Unclear:
      return "unclear";
    case Verdict::Withheld:
      return "withheld";
    case Verdict::Unknown:
      break;
  }
  return "unknown";
}

std::string_view name_of(SentenceKind kind) {
  using Kind = SentenceKind;
  switch (kind) {
    case Kind::Blocked:
      return "blocked";
    case Kind::Caution:
      return "caution";
    case Kind::Effect:
      return "effect";
    case Kind::Segments:
      return "segments";
    case Kind::Basis:
      return "basis";
    case Kind::Differs:
      return "differs";
    case Kind::Elsewhere:
      return "elsewhere";
    case Kind::Limits:
      return "limits";
    case Kind::Alike:
      return "alike";
    case Kind::NoEffect:
      break;
  }
  return "none";
}

std::string_view name_of(Step step) {
  switch (step) {
    case Step::FixData:
      return "fix_data";
    case Step::KeepRunning:
      return "keep_running";
    case Step::Ship:
      return "ship";
    case Step::TargetSegments:
      return "target_segments";
    case Step::Stop:
      break;
  }
  return "stop";
}

}  // namespace splitplot::experiment
