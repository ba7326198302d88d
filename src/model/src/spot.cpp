#include "spot.hpp"

#include <splitplot/base/spelling.hpp>
#include <splitplot/model/pointer.hpp>

#include <utility>

namespace splitplot::model {
namespace {

constexpr std::size_t kMostNamesInHint = 40;

Problem problem_at(const std::string& subject, const std::string& pointer, std::string message,
                   std::string hint) {
  return {.place = {},
          .subject = subject,
          .pointer = pointer,
          .message = std::move(message),
          .hint = std::move(hint)};
}

std::string hint_for(std::string_view name, std::span<const std::string> names) {
  if (const std::optional<std::string> nearest = nearest_name(name, names))
    return "did you mean '" + *nearest + "'?";
  if (names.empty() || names.size() > kMostNamesInHint) return "";
  std::string hint = "known: ";
  for (std::size_t i = 0; i < names.size(); ++i) hint += (i == 0 ? "" : ", ") + names[i];
  return hint;
}

}  // namespace

Spot Spot::at(std::string_view name) const {
  return {*findings_, subject_, pointer_to(pointer_, name)};
}

Spot Spot::at(std::size_t index) const {
  return {*findings_, subject_, pointer_to(pointer_, index)};
}

Spot Spot::below(std::string_view pointer) const {
  return {*findings_, subject_, pointer_ + std::string(pointer)};
}

void Spot::problem(std::string message, std::string hint) const {
  findings_->problems.push_back(problem_at(subject_, pointer_, std::move(message), std::move(hint)));
}

void Spot::warning(std::string message, std::string hint) const {
  findings_->warnings.push_back(problem_at(subject_, pointer_, std::move(message), std::move(hint)));
}

void Spot::refers_to(DocumentKind kind, std::string key) const {
  findings_->references.push_back({kind, std::move(key), subject_, pointer_});
}

void Spot::unknown(std::string_view noun, std::string_view name, std::span<const std::string> names) const {
  problem("there is no " + std::string(noun) + " '" + std::string(name) + "'", hint_for(name, names));
}

}  // namespace splitplot::model
