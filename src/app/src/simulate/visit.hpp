// One visit to the shop as it unfolds: it asks for variants where a page needs them, and goes on by what was answered.
// Whoever plays it (fast_forward.hpp, live_shop.hpp) asks the server and answers. A plain value of one thread.
#pragma once

#include "simulate/shop_model.hpp"

#include <splitplot/base/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace splitplot::app::simulate {

/// In the order in which a visit meets them.
enum class Question { SamePage, Banner, Flow };
inline constexpr std::size_t kQuestions = 3;

[[nodiscard]] const ShopExperiment& experiment_of(Question question);
[[nodiscard]] std::size_t variants_of(Question question);
[[nodiscard]] std::string_view variant_name(Question question, std::size_t variant);

/// What the server answered.
struct Served {
  std::size_t variant = 0;
  bool in_experiment = false;  ///< else it was the flag's default
};

class Visit {
 public:
  /// The model must outlive it.
  Visit(const ShopModel& model, Visitor visitor, VisitPlan plan);

  [[nodiscard]] const Visitor& visitor() const { return visitor_; }
  [[nodiscard]] const VisitPlan& plan() const { return plan_; }

  /// What has to be asked next, and when; nothing: the visit can be reported.
  [[nodiscard]] std::optional<Question> question() const { return question_; }
  [[nodiscard]] std::chrono::milliseconds asked_after(Question question) const;
  void answer(Served served);

  [[nodiscard]] const std::optional<Served>& served(Question question) const {
    return served_[static_cast<std::size_t>(question)];
  }
  /// Variants that were served; the control where none was asked for.
  [[nodiscard]] Variants variants() const;

  [[nodiscard]] bool crashed() const { return crashed_; }  ///< nothing of it is reported
  [[nodiscard]] bool adds() const { return adds_; }
  [[nodiscard]] bool checks_out() const { return checks_out_; }
  [[nodiscard]] bool contacts() const { return contacts_; }
  [[nodiscard]] bool orders() const { return orders_; }
  [[nodiscard]] double amount() const { return amount_; }
  [[nodiscard]] bool is_late() const;      ///< its report comes hours after it
  [[nodiscard]] bool is_repeated() const;  ///< its report comes twice
  [[nodiscard]] const ShopModel::Draws& draws() const { return draws_; }
  [[nodiscard]] const ShopModel& model() const { return *model_; }

 private:
  void go_on_after(Question question);

  const ShopModel* model_;
  Visitor visitor_;
  VisitPlan plan_;
  ShopModel::Draws draws_;
  std::optional<Question> question_;
  std::optional<Served> served_[kQuestions];
  bool crashed_ = false, adds_ = false, checks_out_ = false, contacts_ = false, orders_ = false;
  double amount_ = 0;
};

/// Who the visit is about, as flags are asked for them: the user, or the device before log-in.
[[nodiscard]] std::string targeting_key(const Visit& visit);

/// What the shop says about them when it asks for a flag.
[[nodiscard]] Value flag_context(const Visit& visit);

/// What was served, by the flag's variant and the experiment that decided; the control where the variant is unknown.
[[nodiscard]] Served served_as(Question question, std::string_view variant, std::string_view experiment);

/// When the visit's parts happen, by our clock: model time, stretched.
struct VisitClock {
  Timestamp start;
  double speed = 1;  ///< how much faster than in the model things happen
  [[nodiscard]] Timestamp at(std::chrono::milliseconds after) const;
};

/// What a visit reports.
struct VisitReport {
  std::string body;  ///< of the Segment API
  std::size_t events = 0;
};

/// The visit as one batch. `sent` is when it leaves, by our clock; the body carries the times of the visitor's.
[[nodiscard]] VisitReport report_of(const Visit& visit, const VisitClock& clock, Timestamp sent);

}  // namespace splitplot::app::simulate
