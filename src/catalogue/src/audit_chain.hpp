/// The audit chain: each change carries the hash of itself and of the one before, and the end is sealed with a secret
/// that only the key file has. docs/formats/catalogue.md has the grammar. Pure but for `find_break`, which reads.
#pragma once

#include "key_file.hpp"

#include <splitplot/base/result.hpp>
#include <splitplot/store/document_store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace splitplot::catalogue {

/// What stands before the first change.
[[nodiscard]] std::string first_previous_hash();

/// Hash of a change with everything it made; its own `hash` is left out.
[[nodiscard]] std::string hash_of(const store::ChangeRow& change,
                                  const std::vector<store::DocumentVersionRow>& versions,
                                  const std::vector<store::FrozenPlanRow>& frozen_plans);

/// Seal of a head: who holds the secret wrote it, together with these tenants and credentials (sorted by id).
[[nodiscard]] std::string seal_of(const store::Head& head, const store::Tenancy& tenancy,
                                  const std::vector<store::CredentialRow>& credentials,
                                  const Secrets& secrets);

/// The first revision where the chain does not hold: a change or document version was altered, removed, added or
/// moved. The last revision where only its seal is broken: the end was cut off, or tenants or credentials were altered.
[[nodiscard]] Result<std::optional<std::uint64_t>> find_break(store::DocumentStore& store,
                                                              const Secrets& secrets);

}  // namespace splitplot::catalogue
