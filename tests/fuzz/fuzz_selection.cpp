// Which container does a word mean? The first line is the word; each other one a container: id, name, pod, namespace,
// engine and created, with a blank between; a name with '~' before it is one that an annotation claims.

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "discover/selection.hpp"
#include "fuzz.hpp"

namespace {

using namespace cstop;

discover::Sighting make_sighting(std::string_view line) {
    std::vector<std::string_view> fields = split_text(line, ' ');
    fields.resize(std::max(fields.size(), std::size_t{6}));
    model::Container container;
    container.id = is_container_id(fields[0]) ? fields[0] : "web";
    container.is_name_claimed = fields[1].starts_with('~');
    container.name = fields[1].substr(container.is_name_claimed ? 1 : 0);
    container.pod = fields[2];
    container.pod_namespace = fields[3];
    container.engine = fields[4];
    container.created = fields[5];
    const std::string id = container.id;
    if (fields[4] == "damaged") {
        return {.id = id, .root = "/run/runc", .container = fail(ErrorCode::damaged, "damaged")};
    }
    return {.id = id, .root = "/run/runc", .container = std::move(container)};
}

/// The word names it in one of the ways that there are, or is the start of its id.
bool may_mean(std::string_view word, const discover::Sighting& sighting) {
    return sighting.id.starts_with(word) ||
           (sighting.container && !sighting.container->name.empty() && word.ends_with(sighting.container->name));
}

void check_choice(std::string_view word, const std::vector<discover::Sighting>& sightings) {
    const auto chosen = discover::choose_sighting(word, sightings);
    const auto with_id = std::ranges::count(sightings, word, &discover::Sighting::id);
    const auto is_stored_name = [&](const discover::Sighting& sighting) {
        return sighting.container && !sighting.container->is_name_claimed && sighting.container->name == word;
    };
    // A full id is never somebody else's name, and a name that an image may have set hides none of the engine's own.
    const auto named = std::ranges::find_if(sightings, is_stored_name);
    const bool is_one_named = std::ranges::count_if(sightings, is_stored_name) == 1 && !word.contains('/');
    if (with_id == 0 && is_one_named) {
        REQUIRE(chosen && *chosen == static_cast<std::size_t>(named - sightings.begin()));
    }
    if (!chosen) {
        const ErrorCode code = chosen.error().code;
        REQUIRE(code == ErrorCode::not_found || code == ErrorCode::ambiguous);
        REQUIRE(with_id != 1);
        REQUIRE(code == ErrorCode::ambiguous ||
                std::ranges::none_of(sightings, [&](const auto& sighting) { return sighting.id.starts_with(word); }));
        return;
    }
    REQUIRE(*chosen < sightings.size());
    REQUIRE(may_mean(word, sightings[*chosen]));
    REQUIRE(with_id == 0 || sightings[*chosen].id == word);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto lines = split_text(fuzz::view(data, size), '\n');
    const std::string_view word = lines.front();
    if (discover::is_word(word)) {
        REQUIRE(!word.empty() && !word.starts_with('/') && !word.ends_with('/') && !word.contains("//"));
        REQUIRE(escape_text(word) == word);
        REQUIRE(std::ranges::count(word, '/') <= 2);
    }
    if (!discover::is_word(word) || lines.size() > 64) {
        return 0;
    }
    std::vector<discover::Sighting> sightings;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        sightings.push_back(make_sighting(lines[i]));
    }
    check_choice(word, sightings);
    const auto pod = discover::choose_pod(word, {}, sightings);
    if (pod) {
        REQUIRE(std::ranges::is_sorted(*pod));
        for (const std::size_t index : *pod) {
            REQUIRE(index < sightings.size() && sightings[index].container);
            REQUIRE(word.ends_with(sightings[index].container->pod));
        }
    }
    return 0;
}
