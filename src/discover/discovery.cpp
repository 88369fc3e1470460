#include "discover/discovery.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "discover/bundle_roots.hpp"
#include "discover/configured_roots.hpp"
#include "discover/monitor_roots.hpp"
#include "discover/roots.hpp"
#include "discover/scan.hpp"
#include "discover/selection.hpp"
#include "discover/suggestion.hpp"

namespace cstop::discover {

namespace {

/// What is asked of each container. A stop proves for itself who lives, and thaws whom it finds frozen: `least` is
/// enough unless a status is shown.
Detail choose_detail(const model::Request& request, Detail least) {
    const bool is_shown = request.list || request.dry_run || request.json || asks_for_status(request.filters);
    return is_shown ? Detail::status : least;
}

/// Looks in the known roots, and further only where a word needs it: what is configured costs some files, what
/// containerd's bundles name a file a container, what shims and conmons know a look at every process.
class Search {
public:
    Search(const model::Request& request, RootList list)
        : request_(request),
          list_(std::move(list)),
          detail_(choose_detail(request, Detail::start)),
          is_everywhere_(request.roots.empty()) {}

    std::vector<Sighting> look_up(std::string_view id) {
        auto sightings = look_up_id(list_.roots, id, detail_, book_);
        if (sightings.empty() && is_everywhere_) {
            const std::size_t before = list_.roots.size();
            if (!std::exchange(has_configured_roots_, true)) {
                add_configured_roots(list_);
            }
            add_bundle_roots(list_, find_state_directories(), id);
            sightings = look_up_id(std::span(list_.roots).subspan(before), id, detail_, book_);
        }
        return keep_within(std::move(sightings));
    }

    std::vector<Sighting> scan(std::span<const std::string> words, std::vector<Error>& problems) {
        if (!is_everywhere_) {
            return keep_within(scan_for_words(list_.roots, words, detail_, book_, problems));
        }
        add_written_roots();
        auto sightings = keep_within(scan_for_words(list_.roots, words, detail_, book_, problems));
        const bool is_one_missing = std::ranges::any_of(words, [&](const std::string& word) {
            const auto chosen = choose_sighting(word, sightings);
            return !chosen && chosen.error().code == ErrorCode::not_found;
        });
        if (is_one_missing) {
            const std::size_t before = list_.roots.size();
            add_monitor_roots(list_);
            auto more = scan_for_words(std::span(list_.roots).subspan(before), words, detail_, book_, problems);
            std::ranges::move(keep_within(std::move(more)), std::back_inserter(sightings));
        }
        return sightings;
    }

    std::vector<Sighting> scan(std::vector<Error>& problems) {
        if (is_everywhere_) {
            add_written_roots();
            add_monitor_roots(list_);
        }
        return keep_within(scan_all(list_.roots, choose_detail(request_, Detail::life), book_, problems));
    }

    /// Who is there at all, also outside of --engine and --namespace: for suggestions, after everything was looked for.
    /// Without what belongs to other users: each of their files costs a process, and the stop of others waits.
    std::vector<Sighting> look_around() {
        std::vector<Sighting> sightings;
        std::vector<Error> told_already;
        for (const Root& root : list_.roots) {
            if (!is_strangers(root)) {
                std::ranges::move(scan_all(std::span(&root, 1), Detail::names, book_, told_already),
                                  std::back_inserter(sightings));
            }
        }
        return sightings;
    }

    /// Why there cannot be any container; empty: there may be one, or nobody could look.
    std::string explain_no_roots() const {
        if (!is_everywhere_ || !list_.roots.empty() || !list_.problems.empty()) {
            return {};
        }
        return fmt::format("no runtime keeps its state here: looked at {}", fmt::join(name_known_places(), ", "));
    }

    /// Where nothing is; empty: nobody could look everywhere.
    std::string explain_emptiness() const {
        constexpr std::size_t most = 5;
        if (list_.roots.empty() || !list_.problems.empty() || std::ranges::any_of(list_.roots, is_strangers)) {
            return explain_no_roots();
        }
        std::string text = "no container at all is in ";
        for (std::size_t i = 0; i < std::min(list_.roots.size(), most); ++i) {
            text += (i == 0 ? "" : ", ") + list_.roots[i].directory.path();
        }
        return list_.roots.size() <= most ? text : fmt::format("{} and {} more", text, list_.roots.size() - most);
    }

    /// What nobody could look into.
    std::vector<Error>& problems() { return list_.problems; }

private:
    static bool is_strangers(const Root& root) { return root.writers.owner != 0 && root.writers.owner != geteuid(); }

    void add_written_roots() {
        if (!std::exchange(has_configured_roots_, true)) {
            add_configured_roots(list_);
        }
        add_bundle_roots(list_, find_state_directories(), "");
    }

    /// What could not be read may be anybody's: it stays.
    std::vector<Sighting> keep_within(std::vector<Sighting> sightings) const {
        std::erase_if(sightings, [this](const Sighting& sighting) {
            return sighting.container && !is_within(request_, *sighting.container);
        });
        return sightings;
    }

    const model::Request& request_;
    RootList list_;
    Detail detail_;  ///< of what a word names
    bool is_everywhere_;
    bool has_configured_roots_ = false;
    NameBook book_;
};

Result<Search> make_search(const model::Request& request) {
    if (request.roots.empty()) {
        return Search(request, open_known_roots());
    }
    CSTOP_TRY(RootList list, open_named_roots(request.roots));
    return Search(request, std::move(list));
}

Result<model::Container> choose(std::string_view word, std::span<const Sighting> sightings) {
    CSTOP_TRY(const std::size_t chosen, choose_sighting(word, sightings));
    return sightings[chosen].container;
}

/// None: the word is no full id of any root, and must be looked for.
std::optional<Answer> answer_at_once(const std::string& word, Search& search) {
    if (!is_word(word)) {
        return Answer{.word = word, .container = fail(ErrorCode::not_found, "is no container id or name")};
    }
    if (!is_container_id(word)) {
        return std::nullopt;
    }
    const auto sightings = search.look_up(word);
    if (sightings.empty()) {
        return std::nullopt;
    }
    return Answer{.word = word, .container = choose(word, sightings)};
}

/// Of words that mean the same container the first one keeps it.
void drop_repeated(std::vector<Answer>& answers) {
    std::set<std::string, std::less<>> seen;
    std::erase_if(answers, [&](const Answer& answer) {
        return answer.container && !seen.insert(answer.container->state_directory).second;
    });
}

/// As many as a person reads.
constexpr std::size_t most_advised = 10;

/// Looks at everything, which only a word that means nothing costs.
void advise_missing(const model::Request& request, Search& search, std::vector<Answer>& answers) {
    const auto everybody = search.look_around();
    const std::string emptiness = everybody.empty() ? search.explain_emptiness() : "";
    std::size_t advised = 0;
    for (Answer& answer : answers) {
        if (!answer.container && answer.container.error().code == ErrorCode::not_found && advised < most_advised) {
            Error& error = answer.container.error();
            error.advice = everybody.empty() ? emptiness : suggest_container(answer.word, request, everybody);
            ++advised;
        }
    }
}

Selection select_words(const model::Request& request, const std::vector<std::string>& words, Search& search) {
    Selection selection;
    std::vector<std::optional<Answer>> answers;
    std::vector<std::string> unknown;
    for (const std::string& word : words) {
        answers.push_back(answer_at_once(word, search));
        if (!answers.back()) {
            unknown.push_back(word);
        }
    }
    std::vector<Sighting> sightings;
    if (!unknown.empty()) {
        sightings = search.scan(unknown, selection.problems);
    }
    bool is_missing = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::optional<Answer>& known = answers[i];
        Answer answer = known ? *std::move(known) : Answer{.word = words[i], .container = choose(words[i], sightings)};
        is_missing = is_missing || (!answer.container && answer.container.error().code == ErrorCode::not_found);
        selection.answers.push_back(std::move(answer));
    }
    drop_repeated(selection.answers);
    if (is_missing && !request.ignore_missing) {
        advise_missing(request, search, selection.answers);
    }
    // A root that is closed to us matters when a container may be hidden in it.
    if (is_missing) {
        std::ranges::move(search.problems(), std::back_inserter(selection.problems));
    }
    return selection;
}

Selection select_matches(const model::Request& request, Search& search) {
    Selection selection;
    for (Sighting& sighting : search.scan(selection.problems)) {
        if (!sighting.container) {
            selection.problems.push_back(with_context(sighting.id, std::move(sighting.container).error()));
        } else if (is_selected(request.filters, *sighting.container)) {
            selection.answers.push_back({.word = sighting.id, .container = std::move(sighting.container)});
        }
    }
    if (selection.answers.empty()) {
        selection.notice = search.explain_no_roots();
        std::ranges::move(search.problems(), std::back_inserter(selection.problems));
    }
    return selection;
}

Selection select_pod(const model::Request& request, const std::string& pod, Search& search) {
    Selection selection;
    auto sightings = search.scan(selection.problems);
    const auto chosen = choose_pod(pod, request.filters, sightings);
    if (!chosen) {
        Error error = chosen.error();
        if (error.code == ErrorCode::not_found) {
            error.advice = sightings.empty() ? search.explain_emptiness() : suggest_pod(pod, sightings);
        }
        selection.answers.push_back({.word = pod, .container = Failure(std::move(error))});
        std::ranges::move(search.problems(), std::back_inserter(selection.problems));
        return selection;
    }
    for (const std::size_t each : *chosen) {
        selection.answers.push_back({.word = sightings[each].id, .container = std::move(sightings[each].container)});
    }
    return selection;
}

/// Without what another pod or a filter leaves out. What could not be read may be anybody's.
bool is_listed_of_pod(const model::Request& request, const Sighting& sighting) {
    return !sighting.container ||
           (is_listed(request, *sighting.container) && (!request.pod || is_of_pod(*sighting.container, *request.pod)));
}

}  // namespace

Result<Selection> list_containers(const model::Request& request) {
    CSTOP_TRY(Search search, make_search(request));
    Selection selection;
    for (Sighting& sighting : search.scan(selection.problems)) {
        if (is_listed_of_pod(request, sighting)) {
            selection.answers.push_back({.word = sighting.id, .container = std::move(sighting.container)});
        }
    }
    if (selection.answers.empty()) {
        selection.notice = search.explain_no_roots();
    }
    std::ranges::move(search.problems(), std::back_inserter(selection.problems));
    return selection;
}

Result<Selection> select_containers(const model::Request& request, const std::vector<std::string>& words) {
    CSTOP_TRY(Search search, make_search(request));
    if (!request.pod && (request.all || !request.filters.empty())) {
        return select_matches(request, search);
    }
    if (request.pod) {
        return select_pod(request, *request.pod, search);
    }
    return select_words(request, words, search);
}

}  // namespace cstop::discover
