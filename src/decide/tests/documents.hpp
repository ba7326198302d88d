/// Short spellings of documents, as model::check would answer them.
#pragma once

#include <splitplot/decide/snapshot.hpp>
#include <splitplot/model/configuration.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::decide::test {

Value json(std::string_view text);

/// The condition of a JSON text; everybody for an empty one.
model::WrittenCondition condition(std::string_view text);

/// A boolean flag with the variants off (its default) and on.
model::Flag flag(const std::string& key, std::vector<model::FlagRule> rules = {});

/// Serves "on".
model::FlagRule serve(const std::string& id, std::string_view condition_text, double rollout = 1,
                      const std::string& seed = {}, const std::string& attribute = "id");

/// Asks an experiment of two variants: control is off, treatment is on.
model::FlagRule ask(const std::string& id, const std::string& experiment,
                    std::string_view condition_text = {});

/// Runs for everybody, with these weights.
model::Experiment experiment(const std::string& key, std::vector<double> weights = {0.5, 0.5});

void add(model::Configuration& configuration, model::Flag document);
void add(model::Configuration& configuration, model::Experiment document);
void add_segment(model::Configuration& configuration, const std::string& key, std::string_view condition_text,
                 std::uint32_t version = 1);
void add_layer(model::Configuration& configuration, const std::string& key, const std::string& seed = {});

/// Seeds are "<kind>/<key>".
std::shared_ptr<const Snapshot> snapshot(model::Configuration configuration, std::uint64_t revision = 1);

}  // namespace splitplot::decide::test
