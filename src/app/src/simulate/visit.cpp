#include "simulate/visit.hpp"

#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace splitplot::app::simulate {
namespace {

constexpr std::array<ShopExperiment, kQuestions> kExperiments{{
    {kAaExperiment, "home-page", "home"},
    {kBannerExperiment, "free-shipping-banner", "product"},
    {kFlowExperiment, "checkout-flow", "checkout"},
}};

constexpr std::chrono::milliseconds kFirstPage{500};

std::string user_id(const Visit& visit) {
  return fmt::format("{}-{}", visit.model().tag(), visit.visitor().number);
}

std::string anonymous_id(const Visit& visit) {
  return fmt::format("{}-device-{}", visit.model().tag(), visit.visitor().number);
}

std::string traits_json(const Visitor& visitor) {
  return fmt::format(R"({{"shopper":"{}","device":"{}","browser":"{}","country":"{}"}})",
                     kShopGroups[visitor.group].key, kDevices[visitor.device].name,
                     kBrowsers[visitor.browser].name, kCountries[visitor.country].name);
}

/// Writes the events of one visit. No text needs escaping: all of them are ours.
class BatchWriter {
 public:
  BatchWriter(const Visit& visit, const VisitClock& clock)
      : visit_(visit), clock_(clock), ids_(fmt::format(R"("anonymousId":"{}")", anonymous_id(visit))) {
    if (visit.plan().logged_in) ids_ += fmt::format(R"(,"userId":"{}")", user_id(visit));
    body_.reserve(4096);
    body_ = R"({"batch":[)";
  }

  void identify() {
    begin(std::chrono::milliseconds(0), R"("type":"identify")");
    body_ += R"(,"traits":)" + traits_json(visit_.visitor()) + "}";
  }

  void page(std::chrono::milliseconds after, std::string_view category) {
    begin(after, R"("type":"page","name":"Category")");
    fmt::format_to(std::back_inserter(body_), R"(,"properties":{{"category":"{}"}}}})", category);
  }

  void track(std::chrono::milliseconds after, std::string_view event, std::string_view properties) {
    if (visit_.model().is_lost(visit_.visitor(), visit_.plan(), event)) return;
    begin(after, fmt::format(R"("type":"track","event":"{}")", event));
    fmt::format_to(std::back_inserter(body_), R"(,"properties":{{{}}}}})", properties);
  }

  void exposure(Question question) {
    const std::optional<Served>& served = visit_.served(question);
    if (!served || !served->in_experiment) return;
    track(visit_.asked_after(question), "Experiment Viewed",
          fmt::format(R"("experiment_id":"{}","variation_id":"{}")", experiment_of(question).key,
                      variant_name(question, served->variant)));
  }

  VisitReport finish(Timestamp sent) && {
    fmt::format_to(std::back_inserter(body_),
                   R"(],"sentAt":"{}","context":{{"userAgent":"{}","library":{{"name":"shop"}}}}}})",
                   rfc3339(sent + visit_.visitor().clock_error),
                   visit_.visitor().is_bot ? "Mozilla/5.0 (compatible; pricebot/2.1)"
                                           : kBrowsers[visit_.visitor().browser].name);
    return {std::move(body_), events_};
  }

 private:
  void begin(std::chrono::milliseconds after, std::string_view type) {
    fmt::format_to(std::back_inserter(body_), R"({}{{{},"messageId":"{}-{}-{}-{}",{},"timestamp":"{}")",
                   events_ == 0 ? "" : ",", type, visit_.model().tag(), visit_.visitor().number,
                   visit_.plan().number, events_, ids_,
                   rfc3339(clock_.at(after) + visit_.visitor().clock_error));
    ++events_;
  }

  const Visit& visit_;
  const VisitClock& clock_;
  std::string ids_;
  std::string body_;
  std::size_t events_ = 0;
};

void write_shopping(BatchWriter& batch, const Visit& visit) {
  const VisitPlan& plan = visit.plan();
  const std::string_view category = kCategoryNames[plan.category];
  const std::string cart = fmt::format(R"("category":"{}")", category);
  if (visit.adds()) batch.track(plan.add_after, "Product Added", cart);
  if (!visit.checks_out()) return;
  batch.exposure(Question::Flow);
  constexpr std::chrono::milliseconds kMoment{200};
  batch.track(plan.checkout_after + kMoment, "Checkout Started", cart);
  if (visit.orders()) {
    batch.track(plan.order_after, "Order Completed",
                fmt::format(R"("order_id":"{}-{}-{}","revenue":{:.2f},"currency":"EUR",{})",
                            visit.model().tag(), visit.visitor().number, plan.number, visit.amount(), cart));
  }
  if (visit.contacts()) batch.track(plan.end_after, "Support Contacted", R"("topic":"checkout")");
}

}  // namespace

const ShopExperiment& experiment_of(Question question) {
  return kExperiments[static_cast<std::size_t>(question)];
}

std::size_t variants_of(Question question) {
  return question == Question::Flow ? kFlows : 2;
}

std::string_view variant_name(Question question, std::size_t variant) {
  switch (question) {
    case Question::SamePage:
      return kAaVariants[variant];
    case Question::Banner:
      return kBannerVariants[variant];
    case Question::Flow:
      return kFlowVariants[variant];
  }
  return "";
}

Timestamp VisitClock::at(std::chrono::milliseconds after) const {
  return start + std::chrono::microseconds(
                     static_cast<std::int64_t>(static_cast<double>(after.count()) * 1000 / speed));
}

Visit::Visit(const ShopModel& model, Visitor visitor, VisitPlan plan)
    : model_(&model), visitor_(visitor), plan_(plan), draws_(model.draws(visitor_, plan_)) {
  if (model.options().with_aa) {
    question_ = Question::SamePage;
  } else {
    go_on_after(Question::SamePage);
  }
}

std::chrono::milliseconds Visit::asked_after(Question question) const {
  switch (question) {
    case Question::SamePage:
      return kFirstPage;
    case Question::Banner:
      return plan_.product_after;
    case Question::Flow:
      return plan_.checkout_after;
  }
  return kFirstPage;
}

Variants Visit::variants() const {
  const auto& banner = served(Question::Banner);
  const auto& flow = served(Question::Flow);
  return {banner ? banner->variant : 0, flow ? flow->variant : 0};
}

bool Visit::is_late() const {
  // Never the first: what it says of the visitor must be known when the others come.
  return plan_.number > visitor_.anonymous_visits && draws_.comes_late < model_->options().disturbances.late;
}

bool Visit::is_repeated() const {
  return draws_.repeats < model_->options().disturbances.duplicates;
}

void Visit::answer(Served answered) {
  if (!question_) return;
  const Question question = *question_;
  served_[static_cast<std::size_t>(question)] = answered;
  crashed_ = crashed_ || model_->crashes(visitor_, plan_, draws_, experiment_of(question).key,
                                         variant_name(question, answered.variant));
  question_.reset();
  if (!crashed_) go_on_after(question);
}

void Visit::go_on_after(Question question) {
  if (question == Question::SamePage) {
    if (plan_.products > 0) question_ = Question::Banner;
    return;
  }
  const VisitRates rates = model_->rates(visitor_, plan_, variants());
  if (question == Question::Banner) {
    adds_ = draws_.adds < rates.adds;
    checks_out_ = adds_ && draws_.checks_out < rates.checks_out;
    if (checks_out_) question_ = Question::Flow;
    return;
  }
  orders_ = draws_.completes < rates.completes;
  contacts_ = draws_.contacts < rates.contacts;
  if (orders_) amount_ = model_->amount(visitor_, rates, draws_);
}

std::string targeting_key(const Visit& visit) {
  return visit.plan().logged_in ? user_id(visit) : anonymous_id(visit);
}

Value flag_context(const Visit& visit) {
  return Value(Value::Object{{"targetingKey", targeting_key(visit)},
                             {"device", kDevices[visit.visitor().device].name},
                             {"country", kCountries[visit.visitor().country].name}});
}

Served served_as(Question question, std::string_view variant, std::string_view experiment) {
  Served served;
  for (std::size_t i = 0; i < variants_of(question); ++i) {
    if (variant_name(question, i) == variant) served.variant = i;
  }
  served.in_experiment = experiment == experiment_of(question).key;
  return served;
}

VisitReport report_of(const Visit& visit, const VisitClock& clock, Timestamp sent) {
  const VisitPlan& plan = visit.plan();
  BatchWriter batch(visit, clock);
  if (plan.logged_in) batch.identify();
  const std::string_view category = kCategoryNames[plan.category];
  for (std::uint32_t page = 0; page < plan.pages; ++page) {
    batch.page(plan.product_after * page / (plan.pages + 1), category);
  }
  batch.exposure(Question::SamePage);
  batch.exposure(Question::Banner);
  constexpr std::chrono::milliseconds kMoment{200};
  for (std::uint32_t product = 0; product < plan.products; ++product) {
    batch.track(
        plan.product_after + kMoment + (plan.add_after - plan.product_after) * product / (plan.products + 1),
        "Product Viewed",
        fmt::format(R"("category":"{0}","product_id":"{0}-{1}")", category,
                    1 + (visit.visitor().number * 7 + plan.number * 3 + product) % 40));
  }
  write_shopping(batch, visit);
  return std::move(batch).finish(sent);
}

}  // namespace splitplot::app::simulate
