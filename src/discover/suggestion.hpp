#pragma once
// What the user may have meant by a word that means nothing here. Pure.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "discover/scan.hpp"
#include "model/request.hpp"

namespace cstop::discover {

/// How many characters must be inserted, deleted, replaced, or swapped with their neighbour to make one text the other
/// (restricted Damerau-Levenshtein distance); most + 1 when they are more than `most`.
std::size_t count_edits(std::string_view one, std::string_view other, std::size_t most);

/// "did you mean 'web' (docker moby)?": the nearest names and ids, at most three, without regard to case; or that
/// --engine or --namespace leave out what the word means. Empty: nothing is near. Names are escaped and cut.
std::string suggest_container(std::string_view word, const model::Request& request,
                              std::span<const Sighting> sightings);

/// The same for the name of a pod.
std::string suggest_pod(std::string_view pod, std::span<const Sighting> sightings);

}  // namespace cstop::discover
