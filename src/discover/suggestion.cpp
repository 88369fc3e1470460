#include "discover/suggestion.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "discover/selection.hpp"

namespace cstop::discover {

namespace {

/// Longer than every id and name that a word may be (is_word).
constexpr std::size_t longest_compared = 512;
constexpr std::size_t most_shown = 3;

/// One slip of the fingers in a short word, two in a longer one; a word of two letters is near to everything.
std::size_t most_edits(std::string_view word) {
    constexpr std::size_t short_word = 3;
    constexpr std::size_t long_word = 6;
    return word.size() < short_word ? 0 : (word.size() < long_word ? 1 : 2);
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return lower;
}

/// 64 hexadecimal digits, which engines make up and people type the beginning of.
bool is_made_up(std::string_view id) {
    constexpr std::size_t made_up = 64;
    return id.size() == made_up && id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string shorten_id(std::string_view id) {
    constexpr std::size_t shown = 12;
    return std::string(is_made_up(id) ? id.substr(0, shown) : id);
}

class Suggestions {
public:
    explicit Suggestions(std::string_view word) : word_(to_lower(word)), most_(most_edits(word)) {}

    /// `name` is compared, and shown with `scope` when it is near. The beginning of a name is as far as may be.
    void add_name(std::string_view name, std::string_view scope) {
        const std::string lower = to_lower(name);
        std::size_t edits = count_edits(word_, lower, most_);
        if (edits > most_ && most_ > 0 && lower.starts_with(word_)) {
            edits = most_;
        }
        add(edits, name, scope);
    }

    void add_id(std::string_view id, std::string_view scope) {
        if (!is_made_up(id)) {
            add_name(id, scope);
            return;
        }
        constexpr std::size_t shortest = 6;  // of digits that are not there by chance
        if (word_.size() >= shortest) {
            add(count_edits(word_, id.substr(0, word_.size()), most_), shorten_id(id), scope);
        }
    }

    std::string format() {
        std::ranges::stable_sort(near_, {}, &Near::edits);
        if (near_.empty()) {
            return {};
        }
        // Farther ones would only distract.
        std::erase_if(near_, [best = near_.front().edits](const Near& each) { return each.edits > best; });
        std::string text = "did you mean ";
        const std::size_t count = std::min(near_.size(), most_shown);
        for (std::size_t i = 0; i < count; ++i) {
            text += i == 0 ? "" : (i + 1 == count ? " or " : ", ");
            text += near_[i].text;
        }
        return text + "?";
    }

private:
    struct Near {
        std::size_t edits = 0;
        std::string text;
    };

    void add(std::size_t edits, std::string_view name, std::string_view scope) {
        if (edits > most_) {
            return;
        }
        Near near{.edits = edits, .text = quote_text(name)};
        if (!scope.empty()) {
            near.text += fmt::format(" ({})", scope);
        }
        if (std::ranges::find(near_, near.text, &Near::text) == near_.end()) {
            near_.push_back(std::move(near));
        }
    }

    std::string word_;
    std::size_t most_;
    std::vector<Near> near_;
};

std::string format_scope(const model::Container& container) {
    return container.name_space.empty() ? container.engine
                                        : fmt::format("{} {}", container.engine, container.name_space);
}

/// As many names as the word has: NAME, POD/NAME or NAMESPACE/POD/NAME. Empty: it is not called so.
std::string format_name_like(std::string_view word, const model::Container& container) {
    const auto slashes = std::ranges::count(word, '/');
    if (slashes == 0 || container.name.empty()) {
        return container.name;
    }
    if (container.pod.empty() || (slashes == 2 && container.pod_namespace.empty())) {
        return {};
    }
    return slashes == 1 ? fmt::format("{}/{}", container.pod, container.name)
                        : fmt::format("{}/{}/{}", container.pod_namespace, container.pod, container.name);
}

bool is_left_out(const model::Request& request, const Sighting& sighting) {
    return sighting.container && !is_within(request, *sighting.container);
}

/// The word is right, but an option keeps it from being found. Empty: that is not so.
std::string explain_left_out(std::string_view word, const model::Request& request,
                             std::span<const Sighting> sightings) {
    for (const Sighting& sighting : sightings) {
        if (is_left_out(request, sighting) && choose_sighting(word, std::span(&sighting, 1))) {
            const model::Container& container = *sighting.container;
            const bool is_by_engine = request.engine.value_or(container.engine) != container.engine;
            return fmt::format("there is one of {}, which {} leaves out", format_scope(container),
                               is_by_engine ? "--engine" : "--namespace");
        }
    }
    return {};
}

}  // namespace

std::size_t count_edits(std::string_view one, std::string_view other, std::size_t most) {
    const std::size_t difference = std::max(one.size(), other.size()) - std::min(one.size(), other.size());
    if (difference > most || one.size() > longest_compared) {
        return most + 1;
    }
    // Row i holds the distances of the first i characters of `one` to every beginning of `other`.
    std::vector<std::size_t> before_last(other.size() + 1);
    std::vector<std::size_t> last(other.size() + 1);
    std::vector<std::size_t> row(other.size() + 1);
    for (std::size_t j = 0; j <= other.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= one.size(); ++i) {
        std::swap(before_last, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= other.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        if (*std::ranges::min_element(row) > most && *std::ranges::min_element(last) > most) {
            return most + 1;
        }
    }
    return std::min(row[other.size()], most + 1);
}

std::string suggest_container(std::string_view word, const model::Request& request,
                              std::span<const Sighting> sightings) {
    if (auto left_out = explain_left_out(word, request, sightings); !left_out.empty()) {
        return left_out;
    }
    Suggestions suggestions(word);
    for (const Sighting& sighting : sightings) {
        if (is_left_out(request, sighting)) {
            continue;
        }
        if (!sighting.container) {
            suggestions.add_id(sighting.id, "");
            continue;
        }
        const model::Container& container = *sighting.container;
        const std::string scope = format_scope(container);
        if (const std::string name = format_name_like(word, container); !name.empty()) {
            suggestions.add_name(name, scope);
        }
        suggestions.add_id(container.id, scope);
    }
    return suggestions.format();
}

std::string suggest_pod(std::string_view pod, std::span<const Sighting> sightings) {
    Suggestions suggestions(pod);
    for (const Sighting& sighting : sightings) {
        if (!sighting.container || sighting.container->pod.empty()) {
            continue;
        }
        const model::Container& container = *sighting.container;
        const bool has_namespace = pod.contains('/') && !container.pod_namespace.empty();
        suggestions.add_name(
            has_namespace ? fmt::format("{}/{}", container.pod_namespace, container.pod) : container.pod,
            format_scope(container));
    }
    return suggestions.format();
}

}  // namespace cstop::discover
