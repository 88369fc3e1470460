#pragma once
// Which of the containers that were seen does a word or a filter mean? Pure.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "discover/scan.hpp"
#include "model/request.hpp"

namespace cstop::discover {

/// What may name a container: an id or an engine's name, or POD/CONTAINER, or NAMESPACE/POD/CONTAINER. Anything else
/// names none and reaches no file (faults.md R1).
bool is_word(std::string_view text);

/// The one that `word` means: full id, then exact name, then unique prefix of an id. A name from an engine's own store
/// beats one that an annotation claims; of several attempts of one Kubernetes container the newest counts. Errors:
/// not_found; ambiguous, listing the candidates with engine and namespace.
Result<std::size_t> choose_sighting(std::string_view word, std::span<const Sighting> sightings);

/// Is one of them about what a container is doing now?
bool asks_for_status(std::span<const model::Filter> filters);

/// Does every filter match? Without a status filter only what runs (running, paused) matches. The id may be a prefix.
bool is_selected(std::span<const model::Filter> filters, const model::Container& container);

/// What --list shows: without a status filter what lives (created, running, paused), with --all everything.
bool is_listed(const model::Request& request, const model::Container& container);

/// Is it within --engine and --namespace?
bool is_within(const model::Request& request, const model::Container& container);

/// Does it belong to a pod called `pod` (NAME or NAMESPACE/NAME)?
bool is_of_pod(const model::Container& container, std::string_view pod);

/// The containers of the pod that `pod` (NAME or NAMESPACE/NAME) means and that every filter matches: those that run,
/// or all when none does or a filter asks for a status. None at all: no filter lets one through. Errors: not_found;
/// ambiguous when several pods are called so.
Result<std::vector<std::size_t>> choose_pod(std::string_view pod, std::span<const model::Filter> filters,
                                            std::span<const Sighting> sightings);

}  // namespace cstop::discover
