// Options that take one of a few words.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace splitplot::app {

/// An option that takes one of a few words. A word that is none of them is answered with the list.
template <typename Value>
CLI::Option* add_choice(CLI::App& command, const std::string& name, Value& target,
                        const std::string& description, std::vector<std::pair<std::string, Value>> choices) {
  const auto choose = [name, &target, choices = std::move(choices)](const std::string& word) {
    std::string known;
    for (const auto& [text, value] : choices) {
      if (text == word) {
        target = value;
        return;
      }
      known += (known.empty() ? "" : ", ") + text;
    }
    throw CLI::ValidationError(name + " is one of " + known + ", not '" + word + "'");
  };
  return command.add_option_function<std::string>(name, choose, description)->option_text("WORD");
}

}  // namespace splitplot::app
