#include "fixture.hpp"

#include <splitplot/model/document.hpp>
#include <splitplot/model/json.hpp>

#include <algorithm>
#include <span>
#include <utility>

#include <gtest/gtest.h>

namespace splitplot::content::test {
namespace {

class Somebody final : public Surroundings {
 public:
  explicit Somebody(const Value& user) : value_(user), user_(&value_) {}
  [[nodiscard]] const model::Attributes& user() const override { return user_; }
  [[nodiscard]] const Value* context() const override { return &value_; }
  [[nodiscard]] std::span<const Value* const> items(const std::string&) override { return {}; }
  [[nodiscard]] const Template* block(const std::string&) override { return nullptr; }

 private:
  const Value& value_;
  model::Attributes user_;
};

/// Segments of a configuration, without the compiled form that a snapshot has.
class Segments final : public model::SegmentMembership {
 public:
  explicit Segments(const model::Configuration& configuration) : configuration_(configuration) {}
  [[nodiscard]] bool contains(std::string_view key, const model::Attributes& attributes) const override {
    const auto found = configuration_.segments.find(key);
    return found != configuration_.segments.end() &&
           found->second.condition.compiled->matches(attributes, *this);
  }

 private:
  const model::Configuration& configuration_;
};

model::Checked checked(std::string_view yaml) {
  const std::string as_yaml = (yaml.starts_with('{') ? "--- " : "") + std::string(yaml);
  auto text = model::read_documents("f.yaml", as_yaml);
  if (text) {
    model::Checked checked = check_documents(text->documents);
    model::add_places(checked.problems, {*text});
    model::add_places(checked.warnings, {*text});
    return checked;
  }
  for (const model::Problem& problem : text.error()) ADD_FAILURE() << model::to_text(problem);
  return {};
}

std::vector<std::string> texts_of(const std::vector<model::Problem>& problems) {
  std::vector<std::string> texts;
  for (const model::Problem& problem : problems) texts.push_back(to_text(problem));
  return texts;
}

}  // namespace

Value json(std::string_view text) {
  Result<Value> value = model::parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *std::move(value) : Value();
}

std::string shown(std::string_view text, std::string_view user, model::ContentTarget target,
                  std::size_t max_bytes) {
  const Result<Template> made = Template::compile(text, target, Vocabulary{});
  if (!made) return made.error().message + " (" + made.error().hint + ")";
  const Value value = json(user);
  Somebody somebody(value);
  return made->render(somebody, max_bytes).text;
}

Shop::Shop(std::string_view yaml) {
  model::Checked documents = checked(yaml);
  for (const model::Problem& problem : documents.problems) ADD_FAILURE() << to_text(problem);
  configuration_ = std::make_unique<const model::Configuration>(std::move(documents.configuration));
  contents_ = std::make_unique<const Contents>(*configuration_);
}

Rendering Shop::render(std::string_view flag, std::string_view variant, const Value& user) const {
  const model::Flag& of = configuration_->flags.find(flag)->second;
  const auto found = std::ranges::find(of.variants, variant, &model::FlagVariant::key);
  const Segments segments(*configuration_);
  return contents_->render(&found->value, {model::Attributes(&user), &user, &segments}).value();
}

std::string Shop::text(std::string_view flag, std::string_view variant, std::string_view user) const {
  const Value value = json(user);
  const Rendering rendering = render(flag, variant, value);
  std::string text =
      rendering.value.if_text() != nullptr ? *rendering.value.if_text() : model::to_json(rendering.value);
  if (!rendering.failure.empty()) text += " failure: " + rendering.failure;
  return text;
}

std::vector<std::string> problems_of(std::string_view yaml) {
  return texts_of(checked(yaml).problems);
}

std::vector<std::string> warnings_of(std::string_view yaml) {
  const model::Checked documents = checked(yaml);
  for (const model::Problem& problem : documents.problems) ADD_FAILURE() << to_text(problem);
  return texts_of(documents.warnings);
}

}  // namespace splitplot::content::test
