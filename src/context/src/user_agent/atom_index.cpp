#include "user_agent/atom_index.hpp"

#include <algorithm>

namespace splitplot::context {

AtomIndex::AtomIndex(std::span<const std::string> atoms) {
  for (const std::string& atom : atoms) {
    for (const char character : atom) {
      std::uint32_t& known = classes_[static_cast<unsigned char>(character)];
      if (known == 0) known = width_++;
    }
  }
  std::vector<std::vector<int>> ends;
  build_tree(atoms, ends);
  close(ends);
  first_.reserve(ends.size() + 1);
  for (const std::vector<int>& atoms_here : ends) {
    first_.push_back(static_cast<std::uint32_t>(ends_.size()));
    ends_.insert(ends_.end(), atoms_here.begin(), atoms_here.end());
  }
  first_.push_back(static_cast<std::uint32_t>(ends_.size()));
}

// A tree of the atoms' prefixes; state 0 is its root, and stands for "no such child" as long as it grows.
void AtomIndex::build_tree(std::span<const std::string> atoms, std::vector<std::vector<int>>& ends) {
  next_.assign(width_, 0);
  ends.emplace_back();
  for (std::size_t atom = 0; atom < atoms.size(); ++atom) {
    std::uint32_t state = 0;
    for (const char character : atoms[atom]) {
      const std::size_t place = state * width_ + class_of(character);
      if (next_[place] == 0) {
        next_[place] = static_cast<std::uint32_t>(ends.size());
        ends.emplace_back();
        next_.resize(next_.size() + width_, 0);
      }
      state = next_[place];
    }
    ends[state].push_back(static_cast<int>(atom));
  }
}

// Breadth first, so that the longest proper suffix of a state that is a prefix of an atom is complete before the state
// is: what it ends, the state ends too, and where the state has no child, its child is taken.
void AtomIndex::close(std::vector<std::vector<int>>& ends) {
  std::vector<std::uint32_t> suffix(ends.size(), 0);
  std::vector<std::uint32_t> waiting;
  for (std::uint32_t c = 0; c < width_; ++c) {
    if (next_[c] != 0) waiting.push_back(next_[c]);
  }
  for (std::size_t at = 0; at < waiting.size(); ++at) {
    const std::uint32_t state = waiting[at];
    const std::vector<int>& inherited = ends[suffix[state]];
    ends[state].insert(ends[state].end(), inherited.begin(), inherited.end());
    for (std::uint32_t c = 0; c < width_; ++c) {
      std::uint32_t& child = next_[state * width_ + c];
      const std::uint32_t elsewhere = next_[suffix[state] * width_ + c];
      if (child == 0) {
        child = elsewhere;
      } else {
        suffix[child] = elsewhere;
        waiting.push_back(child);
      }
    }
  }
}

}  // namespace splitplot::context
