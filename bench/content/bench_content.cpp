// What content costs, on one thread: a banner of 1 KB with ten values and a list of five items, beside a copy of the text
// that comes out and beside another implementation of Mustache; the selection from 100,000 items; what a save costs.
#include <splitplot/content/contents.hpp>
#include <splitplot/model/configuration.hpp>
#include <splitplot/model/document.hpp>
#include <splitplot/model/json.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <kainjow/mustache.hpp>

namespace {

using namespace splitplot;

constexpr std::string_view kTemplate =
    "<section class=\"banner\"><h2>Hello {{user.first_name}}</h2><p>Good to see you in {{user.city}}, "
    "{{user.plan}} since "
    "{{user.year}}. Your points: {{user.points}}; your shop: {{user.shop}}; your size: "
    "{{user.size}}.</p><ul>\n"
    "{{#user.offers}}<li title=\"{{name}}\"><b>{{name}}</b> for {{price}}, {{stock}} left in "
    "{{category}}</li>\n"
    "{{/user.offers}}</ul><p>{{#user.vip}}Free delivery for {{user.first_name}}{{/user.vip}}</p></section>";

Value user() {
  Value::Array offers;
  for (int i = 0; i < 5; ++i)
    offers.emplace_back(Value::Object{{"name", "Runner & Co " + std::to_string(i)},
                                      {"price", "59.90"},
                                      {"stock", "7"},
                                      {"category", "shoes"}});
  return Value::Object{{"first_name", "Ann <3"},
                       {"city", "Ulm"},
                       {"plan", "pro"},
                       {"year", "2019"},
                       {"points", "1200"},
                       {"shop", "Mitte"},
                       {"size", "38"},
                       {"vip", true},
                       {"offers", std::move(offers)},
                       {"disliked", Value::Array{"c3", "c7"}}};
}

/// The same for the other implementation.
kainjow::mustache::data data_of(const Value& value) {
  using kainjow::mustache::data;
  if (const std::string* text = value.if_text()) return data{*text};
  if (const bool* truth = value.if_boolean()) return data{*truth};
  if (const Value::Array* elements = value.if_array()) {
    data list{data::type::list};
    for (const Value& element : *elements) list << data_of(element);
    return list;
  }
  data object;
  if (const Value::Object* members = value.if_object()) {
    for (const Member& member : *members) object.set(member.name, data_of(member.value));
  }
  return object;
}

struct Shop {
  std::unique_ptr<const model::Configuration> configuration;
  std::unique_ptr<const content::Contents> contents;
  const Value* value = nullptr;
};

std::vector<model::Document> documents(std::size_t items, std::string_view text) {
  std::string csv = "id,category,name,price,stock\n";
  for (std::size_t i = 0; i < items; ++i)
    csv += "i" + std::to_string(i) + ",c" + std::to_string(i % 10) + ",Thing " + std::to_string(i) + "," +
           std::to_string(i % 1000) + ".5," + std::to_string(i % 7) + "\n";
  const auto rule = [](const char* json) { return model::parse_json(json).value(); };
  return {{{model::DocumentKind::Items, "things"},
           Value::Object{{"items", csv}, {"exclude", Value::Array{rule(R"({"if": {"stock": 0}})")}}}},
          {{model::DocumentKind::Flag, "f"},
           Value::Object{{"content",
                          rule(R"({"target": "html", "items": {"things": {"from": "things", "order": "-price",
                                              "limit": 5, "exclude": [{"column": "category", "in": "disliked"}]}}})")},
                         {"variants", Value::Object{{"a", text}}},
                         {"default", "a"}}}};
}

Shop shop(std::size_t items, std::string_view text) {
  model::Checked checked = content::check_documents(documents(items, text));
  for (const model::Problem& problem : checked.problems) {
    std::cerr << to_text(problem) << '\n';
    std::exit(1);
  }
  Shop made;
  made.configuration = std::make_unique<const model::Configuration>(std::move(checked.configuration));
  made.contents = std::make_unique<const content::Contents>(*made.configuration);
  made.value = &made.configuration->flags.at("f").variants[0].value;
  return made;
}

void render(benchmark::State& state, std::size_t items, std::string_view text) {
  const Shop made = shop(items, text);
  const Value ann = user();
  const content::Viewer viewer{model::Attributes(&ann), &ann, nullptr};
  for (auto _ : state) benchmark::DoNotOptimize(made.contents->render(made.value, viewer));
  state.SetItemsProcessed(state.iterations());
}
void banner(benchmark::State& state) {
  render(state, 1, kTemplate);
}
void five_of_100000_items(benchmark::State& state) {
  render(state, 100'000, "{{#things}}{{name}}, {{/things}}");
}
BENCHMARK(banner);
BENCHMARK(five_of_100000_items);

void floor_copy_the_banner(benchmark::State& state) {
  const Shop made = shop(1, kTemplate);
  const Value ann = user();
  const Value shown = made.contents->render(made.value, {model::Attributes(&ann), &ann, nullptr})->value;
  for (auto _ : state) {
    std::string copy = *shown.if_text();
    benchmark::DoNotOptimize(copy);
  }
  state.counters["bytes"] = static_cast<double>(shown.if_text()->size());
}
BENCHMARK(floor_copy_the_banner);

void peer_kainjow_mustache(benchmark::State& state) {
  kainjow::mustache::mustache other{std::string(kTemplate)};
  const Value ann = user();
  for (auto _ : state) {
    kainjow::mustache::data all;
    all.set("user", data_of(ann));  // it renders data of its own only
    benchmark::DoNotOptimize(other.render(all));
  }
  state.SetItemsProcessed(state.iterations());
}
void peer_kainjow_mustache_with_its_data_at_hand(benchmark::State& state) {
  kainjow::mustache::mustache other{std::string(kTemplate)};
  kainjow::mustache::data all;
  all.set("user", data_of(user()));
  for (auto _ : state) benchmark::DoNotOptimize(other.render(all));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(peer_kainjow_mustache);
BENCHMARK(peer_kainjow_mustache_with_its_data_at_hand);

void check_and_compile_100000_items(benchmark::State& state) {
  const std::vector<model::Document> all = documents(100'000, "{{#things}}{{name}}, {{/things}}");
  for (auto _ : state) {
    const model::Checked checked = content::check_documents(all);
    benchmark::DoNotOptimize(content::Contents(checked.configuration));
  }
}
BENCHMARK(check_and_compile_100000_items)->Unit(benchmark::kMillisecond);

}  // namespace
