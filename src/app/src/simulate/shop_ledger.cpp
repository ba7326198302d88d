#include "simulate/shop_ledger.hpp"

#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>

namespace splitplot::app::simulate {
namespace {

std::string served_text(const std::optional<Served>& served) {
  return served ? fmt::format("{}{}", served->variant, served->in_experiment ? "*" : "") : "-";
}

/// Nothing for what is no answer of that question.
std::optional<Served> served_of(const std::string& text, Question question) {
  if (text.empty() || text.size() > 2 || text[0] < '0') return std::nullopt;
  const auto variant = static_cast<std::size_t>(text[0] - '0');
  const bool in_experiment = text.size() == 2;
  if (variant >= variants_of(question) || (in_experiment && text[1] != '*')) return std::nullopt;
  return Served{variant, in_experiment};
}

struct Line {
  std::uint64_t visitor = 0;
  std::uint32_t visit = 0;
  std::int64_t start_us = 0;
  std::array<std::string, kQuestions> served;
};

std::optional<Line> parsed(const std::string& text) {
  std::istringstream in(text);
  Line line;
  in >> line.visitor >> line.visit >> line.start_us;
  for (std::string& served : line.served) in >> served;
  if (!in) return std::nullopt;
  return line;
}

/// The visit as it went; nothing if the answers do not fit the questions.
std::optional<Visit> visit_of(const ShopModel& model, const Visitor& visitor, const VisitPlan& plan,
                              const Line& line) {
  Visit visit(model, visitor, plan);
  while (const auto question = visit.question()) {
    const auto served = served_of(line.served[static_cast<std::size_t>(*question)], *question);
    if (!served) return std::nullopt;
    visit.answer(*served);
  }
  return visit;
}

}  // namespace

std::string ledger_line(const Visit& visit) {
  return fmt::format("{} {} {} {} {} {}\n", visit.visitor().number, visit.plan().number,
                     visit.plan().start.time_since_epoch().count(),
                     served_text(visit.served(Question::SamePage)),
                     served_text(visit.served(Question::Banner)), served_text(visit.served(Question::Flow)));
}

Result<ShopLedger> ShopLedger::open(const std::string& path) {
  std::ofstream file(path, std::ios::app | std::ios::binary);
  if (!file) return fail(ErrorCode::Unreadable, fmt::format("cannot write {}", path));
  return ShopLedger(path, std::move(file));
}

Result<void> ShopLedger::flush() {
  file_.flush();
  if (file_) return {};
  return fail(ErrorCode::Unreadable, fmt::format("cannot write {}", path_), "is the disk full?");
}

Result<ShopState> read_ledger(const std::string& path, const ShopModel& model,
                              const std::function<void(const Visit&)>& each) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::Unreadable, fmt::format("cannot read {}", path));
  ShopState state;
  std::map<std::uint64_t, ComingVisit> last;
  std::string text;
  for (std::size_t number = 1; std::getline(file, text); ++number) {
    if (file.eof()) break;  // without a line end: cut off
    const auto line = parsed(text);
    std::optional<Visit> visit;
    if (line) {
      const Timestamp start{std::chrono::microseconds(line->start_us)};
      const auto known = last.find(line->visitor);
      const Visitor visitor =
          known != last.end() ? known->second.visitor : model.visitor(line->visitor, start);
      visit = visit_of(model, visitor, model.plan(visitor, line->visit, start), *line);
    }
    if (!visit || ledger_line(*visit) != text + "\n") {
      return fail(ErrorCode::BadData, fmt::format("{}:{}: '{}' is no visit of this shop", path, number, text),
                  "delete the demo's folder and begin anew");
    }
    each(*visit);
    last.insert_or_assign(line->visitor, ComingVisit{visit->visitor(), visit->plan()});
    state.last_start = std::max(state.last_start, visit->plan().start);
    state.next_visitor = std::max(state.next_visitor, line->visitor + 1);
  }
  for (const auto& [number, visit] : last) {
    if (const auto again = model.next_visit(visit.visitor, visit.plan)) {
      state.coming.push_back({visit.visitor, model.plan(visit.visitor, visit.plan.number + 1, *again)});
    }
  }
  return state;
}

}  // namespace splitplot::app::simulate
