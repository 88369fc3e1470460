#include "discover/selection.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "discover/timestamp.hpp"

namespace cstop::discover {

namespace {

using Indices = std::vector<std::size_t>;

bool is_word_part(std::string_view part) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+.-";
    constexpr std::size_t longest = 253;  // a Kubernetes object's name
    return !part.empty() && part.size() <= longest && part != "." && part != ".." &&
           part.find_first_not_of(allowed) == std::string_view::npos;
}

template <class Predicate>
Indices find_all(std::span<const Sighting> sightings, Predicate is_match) {
    Indices found;
    for (std::size_t i = 0; i < sightings.size(); ++i) {
        if (is_match(sightings[i])) {
            found.push_back(i);
        }
    }
    return found;
}

/// A plain name; of a Kubernetes container also POD/NAME and NAMESPACE/POD/NAME.
bool is_called(const model::Container& container, std::string_view word) {
    if (container.name.empty() || !word.ends_with(container.name)) {
        return false;
    }
    if (word == container.name) {
        return true;
    }
    return !container.pod.empty() &&
           (word == fmt::format("{}/{}", container.pod, container.name) ||
            (!container.pod_namespace.empty() &&
             word == fmt::format("{}/{}/{}", container.pod_namespace, container.pod, container.name)));
}

bool is_attempt_of_same(const model::Container& one, const model::Container& other) {
    return !one.pod_namespace.empty() && one.engine == other.engine && one.name_space == other.name_space &&
           one.pod_namespace == other.pod_namespace && one.pod == other.pod && one.name == other.name;
}

/// Later attempts of a Kubernetes container replace earlier ones, which the kubelet has not cleared away yet.
Indices keep_newest_attempts(std::span<const Sighting> sightings, const Indices& found) {
    Indices kept;
    for (const std::size_t each : found) {
        const model::Container& container = *sightings[each].container;
        const auto same = std::ranges::find_if(
            kept, [&](std::size_t other) { return is_attempt_of_same(container, *sightings[other].container); });
        if (same == kept.end()) {
            kept.push_back(each);
        } else if (parse_timestamp(container.created) > parse_timestamp(sightings[*same].container->created)) {
            *same = each;
        }
    }
    return kept;
}

std::string describe_candidate(const Sighting& sighting) {
    if (!sighting.container) {
        return fmt::format("{} ({})", sighting.id, sighting.root);
    }
    const model::Container& container = *sighting.container;
    std::string text = sighting.id;
    if (!container.name.empty()) {
        const std::string& pod = container.pod_namespace;
        text += pod.empty() ? fmt::format(" {}", container.name)
                            : fmt::format(" {}/{}/{}", pod, container.pod, container.name);
    }
    const std::string scope = container.name_space.empty() ? "" : " " + container.name_space;
    return text + fmt::format(" ({}{}, {})", container.engine, scope, sighting.root);
}

template <class Read>
bool is_different(std::span<const Sighting> sightings, const Indices& found, Read read) {
    return std::ranges::all_of(found, [&](std::size_t each) {
        return std::ranges::count_if(
                   found, [&](std::size_t other) { return read(sightings[each]) == read(sightings[other]); }) == 1;
    });
}

/// What tells the candidates apart.
std::string advise_choice(std::span<const Sighting> sightings, const Indices& found) {
    const bool is_read =
        std::ranges::all_of(found, [&](std::size_t each) { return sightings[each].container.has_value(); });
    if (is_read && is_different(sightings, found, [](const Sighting& each) { return each.container->engine; })) {
        return "--engine chooses one";
    }
    if (is_read && is_different(sightings, found, [](const Sighting& each) { return each.container->name_space; })) {
        return "--namespace chooses one";
    }
    if (is_different(sightings, found, [](const Sighting& each) { return each.id; })) {
        return "use a full id, or more of it";
    }
    return "--root chooses one";
}

Failure fail_ambiguous(std::span<const Sighting> sightings, const Indices& found) {
    constexpr std::size_t most = 10;
    std::string what = fmt::format("ambiguous, it may be any of {}: ", found.size());
    for (std::size_t i = 0; i < std::min(found.size(), most); ++i) {
        what += (i == 0 ? "" : ", ") + describe_candidate(sightings[found[i]]);
    }
    if (found.size() > most) {
        what += fmt::format(" and {} more", found.size() - most);
    }
    return Failure(Error{.code = ErrorCode::ambiguous,
                         .errno_value = 0,
                         .what = std::move(what),
                         .advice = advise_choice(sightings, found)});
}

bool has_label(std::span<const model::Annotation> labels, std::string_view wanted) {
    const auto equals = wanted.find('=');
    return std::ranges::any_of(labels, [&](const model::Annotation& label) {
        return label.first == wanted.substr(0, equals) &&
               (equals == std::string_view::npos || label.second == wanted.substr(equals + 1));
    });
}

bool is_filter_match(const model::Filter& filter, const model::Container& container) {
    using Key = model::Filter::Key;
    switch (filter.key) {
        case Key::name: return is_glob_match(filter.value, container.name.empty() ? container.id : container.name);
        case Key::id: return !filter.value.empty() && container.id.starts_with(filter.value);
        case Key::engine: return container.engine == filter.value;
        case Key::name_space: return container.name_space == filter.value;
        case Key::label:
            return has_label(container.labels, filter.value) || has_label(container.annotations, filter.value);
        case Key::pod: return !container.pod.empty() && container.pod == filter.value;
        case Key::status: return model::format_status(container.status) == filter.value;
    }
    return false;
}

bool is_match(std::span<const model::Filter> filters, const model::Container& container) {
    return std::ranges::all_of(filters,
                               [&](const model::Filter& filter) { return is_filter_match(filter, container); });
}

bool is_up(const model::Container& container) {
    return container.status == model::Status::running || container.status == model::Status::paused;
}

bool is_same_pod(const model::Container& one, const model::Container& other) {
    return one.engine == other.engine && one.name_space == other.name_space && one.pod == other.pod &&
           one.pod_namespace == other.pod_namespace;
}

}  // namespace

bool asks_for_status(std::span<const model::Filter> filters) {
    return std::ranges::any_of(filters,
                               [](const model::Filter& filter) { return filter.key == model::Filter::Key::status; });
}

bool is_word(std::string_view text) {
    const auto parts = split_text(text, '/');
    return parts.size() <= 3 && std::ranges::all_of(parts, is_word_part);
}

Result<std::size_t> choose_sighting(std::string_view word, std::span<const Sighting> sightings) {
    const auto is_named = [&](const Sighting& sighting, bool is_claimed) {
        return sighting.container && sighting.container->is_name_claimed == is_claimed &&
               is_called(*sighting.container, word);
    };
    Indices found = find_all(sightings, [&](const Sighting& each) { return each.id == word; });
    if (found.empty()) {
        found = find_all(sightings, [&](const Sighting& each) { return is_named(each, false); });
        if (found.empty()) {
            found = find_all(sightings, [&](const Sighting& each) { return is_named(each, true); });
        }
        found = keep_newest_attempts(sightings, found);
    }
    if (found.empty()) {
        found = find_all(sightings, [&](const Sighting& each) { return each.id.starts_with(word); });
    }
    if (found.empty()) {
        return fail(ErrorCode::not_found, "no such container");
    }
    if (found.size() > 1) {
        return fail_ambiguous(sightings, found);
    }
    return found.front();
}

bool is_selected(std::span<const model::Filter> filters, const model::Container& container) {
    return (asks_for_status(filters) || is_up(container)) && is_match(filters, container);
}

bool is_listed(const model::Request& request, const model::Container& container) {
    const bool is_shown = request.all || asks_for_status(request.filters) || container.status != model::Status::stopped;
    return is_shown && is_match(request.filters, container);
}

bool is_within(const model::Request& request, const model::Container& container) {
    return request.engine.value_or(container.engine) == container.engine &&
           request.name_space.value_or(container.name_space) == container.name_space;
}

bool is_of_pod(const model::Container& container, std::string_view pod) {
    return !container.pod.empty() &&
           (container.pod == pod ||
            (!container.pod_namespace.empty() && pod == fmt::format("{}/{}", container.pod_namespace, container.pod)));
}

Result<std::vector<std::size_t>> choose_pod(std::string_view pod, std::span<const model::Filter> filters,
                                            std::span<const Sighting> sightings) {
    Indices found =
        find_all(sightings, [&](const Sighting& each) { return each.container && is_of_pod(*each.container, pod); });
    if (found.empty()) {
        return fail(ErrorCode::not_found, "no such pod");
    }
    const auto of_other_pod = std::ranges::find_if(found, [&](std::size_t each) {
        return !is_same_pod(*sightings[each].container, *sightings[found.front()].container);
    });
    if (of_other_pod != found.end()) {
        return fail_ambiguous(sightings, {found.front(), *of_other_pod});
    }
    std::erase_if(found, [&](std::size_t each) { return !is_match(filters, *sightings[each].container); });
    const auto is_running = [&](std::size_t each) { return is_up(*sightings[each].container); };
    if (!asks_for_status(filters) && std::ranges::any_of(found, is_running)) {
        std::erase_if(found, [&](std::size_t each) { return !is_running(each); });
    }
    return found;
}

}  // namespace cstop::discover
