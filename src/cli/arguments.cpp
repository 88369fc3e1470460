#include "cli/arguments.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command_line.hpp"
#include "cli/help.hpp"
#include "model/container.hpp"

namespace cstop::cli {

namespace {

using model::Filter;
using model::Request;
using model::When;
using model::WordSource;

constexpr std::array<std::pair<std::string_view, Filter::Key>, 7> filter_keys = {{
    {"name", Filter::Key::name},
    {"id", Filter::Key::id},
    {"engine", Filter::Key::engine},
    {"namespace", Filter::Key::name_space},
    {"label", Filter::Key::label},
    {"pod", Filter::Key::pod},
    {"status", Filter::Key::status},
}};

Failure refuse(std::string what) {
    return fail(ErrorCode::usage, std::move(what));
}

Result<Duration> check_duration(std::string_view option, const std::string& value) {
    Result<Duration> duration = parse_duration(value);
    if (!duration) {
        return refuse(fmt::format("{}: {} is not a duration (examples: 10, 1.5, 500ms, 1m30s, infinity)", option,
                                  quote_text(value)));
    }
    return duration;
}

Result<Signal> check_signal(std::string_view option, const std::string& value) {
    Result<Signal> signal = parse_signal(value);
    if (!signal) {
        return refuse(
            fmt::format("{}: {} is not a signal (examples: TERM, SIGUSR1, 10, RTMIN+3)", option, quote_text(value)));
    }
    return signal;
}

Result<model::Schedule> check_schedule(std::string_view option, const std::string& value) {
    Result<model::Schedule> schedule = model::parse_schedule(value);
    if (!schedule) {
        return Failure(with_context(option, schedule.error()));
    }
    return schedule;
}

Result<model::ImageConfig> check_image_config(std::string_view option, const std::string& value) {
    if (value.starts_with(':')) {
        return refuse(fmt::format("{}: {} has no path before the colon", option, quote_text(value)));
    }
    return model::ImageConfig{.text = value};
}

Result<std::string> check_engine(std::string_view option, const std::string& value) {
    if (std::ranges::find(model::known_engines(), value) != model::known_engines().end()) {
        return value;
    }
    return refuse(fmt::format("{}: {} is not an engine ({})", option, quote_text(value),
                              fmt::join(model::known_engines(), ", ")));
}

Result<std::string> check_pod(std::string_view option, const std::string& value) {
    const auto parts = split_text(value, '/');
    if (parts.size() <= 2 && std::ranges::none_of(parts, &std::string_view::empty)) {
        return value;
    }
    return refuse(fmt::format("{}: {} is not NAME or NAMESPACE/NAME", option, quote_text(value)));
}

Result<std::string> check_name_space(std::string_view option, const std::string& value) {
    if (is_container_id(value)) {
        return value;
    }
    return refuse(fmt::format("{}: {} cannot be a namespace", option, quote_text(value)));
}

Result<When> check_when(std::string_view option, const std::string& value) {
    if (value == "auto") {
        return When::automatic;
    }
    if (value == "always") {
        return When::always;
    }
    if (value == "never") {
        return When::never;
    }
    return refuse(fmt::format("{}: {} is not auto, always or never", option, quote_text(value)));
}

Result<Filter> check_filter(const std::string& text) {
    const std::size_t equal_sign = text.find('=');
    const std::string_view name = std::string_view(text).substr(0, equal_sign);
    const auto* const known = std::ranges::find(filter_keys, name, &std::pair<std::string_view, Filter::Key>::first);
    if (equal_sign == std::string::npos || known == filter_keys.end()) {
        return refuse(
            fmt::format("--filter: {} is not KEY=VALUE with a key of name, id, engine, namespace, label, pod, status",
                        quote_text(text)));
    }
    Filter filter{.key = known->second, .value = text.substr(equal_sign + 1)};
    if (filter.value.empty() || (filter.key == Filter::Key::label && filter.value.starts_with('='))) {
        return refuse(fmt::format("--filter: {} has nothing to compare with", quote_text(text)));
    }
    if (filter.key == Filter::Key::status && !model::parse_status(filter.value)) {
        return refuse(
            fmt::format("--filter: {} is not a status (created, running, paused, stopped)", quote_text(filter.value)));
    }
    if (filter.key == Filter::Key::id && !is_container_id(filter.value)) {
        return refuse(fmt::format("--filter: {} cannot begin a container id", quote_text(filter.value)));
    }
    return filter;
}

/// --list looks and stops nothing, so whatever says how to stop is a misunderstanding.
Result<void> check_list(const Typed& typed) {
    const std::array<std::pair<bool, std::string_view>, 8> contradictions = {{
        {typed.dry_run, "--dry-run"},
        {!typed.timeouts.empty(), "--timeout"},
        {!typed.signals.empty(), "--signal"},
        {!typed.kill_timeouts.empty(), "--kill-timeout"},
        {!typed.schedules.empty(), "--schedule"},
        {!typed.image_configs.empty(), "--image-config"},
        {typed.fail_on_kill, "--fail-on-kill"},
        {typed.skip_futile_grace, "--skip-futile-grace"},
    }};
    for (const auto& [is_given, option] : contradictions) {
        if (is_given) {
            return refuse(fmt::format("--list: stops nothing, which contradicts {}", option));
        }
    }
    return {};
}

/// The last of `values`; every one of them must pass `check`.
template <class Check>
auto check_last(std::string_view option, const Typed::Values& values, Check check)
    -> Result<std::optional<typename decltype(check(option, std::string()))::value_type>> {
    std::optional<typename decltype(check(option, std::string()))::value_type> last;
    for (const std::string& value : values) {
        CSTOP_TRY(last, check(option, value));
    }
    return last;
}

Result<void> check_words(const Typed& typed) {
    const bool selects = typed.list || typed.all || !typed.filters.empty() || !typed.pods.empty();
    if (!typed.words.empty() && selects) {
        const std::string_view option = typed.list           ? "--list"
                                        : typed.all          ? "--all"
                                        : typed.pods.empty() ? "--filter"
                                                             : "--pod";
        return refuse(fmt::format("{}: selects by itself, so no CONTAINER may be named with it", option));
    }
    if (typed.all && !typed.pods.empty()) {
        return refuse("--all: contradicts --pod");
    }
    if (typed.words.empty() && !selects) {
        return refuse("no CONTAINER: name one, or use --all, --filter, --pod or --cidfile; --list shows what is there");
    }
    if (std::ranges::any_of(typed.words, [](const WordSource& word) { return word.text.empty(); })) {
        return refuse("CONTAINER: '' is not an id or a name (is a variable empty?)");
    }
    if (std::ranges::count(typed.words, WordSource::Kind::standard_input, &WordSource::kind) > 1) {
        return refuse("CONTAINER: '-' reads standard input, which can be done only once");
    }
    return {};
}

Result<void> take_values(const Typed& typed, Request& request) {
    for (const std::string& filter : typed.filters) {
        CSTOP_TRY(Filter checked, check_filter(filter));
        request.filters.push_back(std::move(checked));
    }
    CSTOP_TRY(request.timeout, check_last("--timeout", typed.timeouts, check_duration));
    CSTOP_TRY(request.signal, check_last("--signal", typed.signals, check_signal));
    CSTOP_TRY(const auto kill_timeout, check_last("--kill-timeout", typed.kill_timeouts, check_duration));
    request.kill_timeout = kill_timeout.value_or(request.kill_timeout);
    CSTOP_TRY(request.schedule, check_last("--schedule", typed.schedules, check_schedule));
    CSTOP_TRY(request.image_config, check_last("--image-config", typed.image_configs, check_image_config));
    CSTOP_TRY(request.engine, check_last("--engine", typed.engines, check_engine));
    CSTOP_TRY(request.name_space, check_last("--namespace", typed.name_spaces, check_name_space));
    CSTOP_TRY(request.pod, check_last("--pod", typed.pods, check_pod));
    return {};
}

/// A schedule says everything that these options say, so one of the two would be ignored.
Result<void> check_schedule_alone(const Typed& typed, const Request& request) {
    if (!request.schedule) {
        return {};
    }
    if (!typed.timeouts.empty() || !typed.kill_timeouts.empty()) {
        return refuse(fmt::format("--schedule: replaces {}, use one of them",
                                  typed.timeouts.empty() ? "--kill-timeout" : "--timeout"));
    }
    const bool has_stop_signal =
        std::ranges::any_of(request.schedule->steps, [](const model::Step& step) { return !step.signal; });
    if (!has_stop_signal && (request.signal || request.image_config)) {
        return refuse(fmt::format("--schedule: {} has no STOPSIGNAL that {} could set",
                                  quote_text(typed.schedules.back()), request.signal ? "--signal" : "--image-config"));
    }
    return {};
}

/// What was not asked for in so many words stays away from a terminal that cannot move its cursor, and from `--quiet`.
Result<void> take_appearance(const Typed& typed, const Environment& environment, Request& request) {
    CSTOP_TRY(const auto progress, check_last("--progress", typed.progress, check_when));
    CSTOP_TRY(const auto color, check_last("--color", typed.color, check_when));
    const bool is_dumb = environment.term.empty() || environment.term == "dumb";
    request.progress = progress.value_or(When::automatic);
    if (request.progress == When::automatic && (is_dumb || typed.quiet)) {
        request.progress = When::never;
    }
    request.color = color.value_or(When::automatic);
    if (request.color == When::automatic && (is_dumb || !environment.no_color.empty())) {
        request.color = When::never;
    }
    return {};
}

Result<Request> check(const Typed& typed, const Environment& environment) {
    Request request;
    CSTOP_CHECK(take_values(typed, request));
    CSTOP_CHECK(take_appearance(typed, environment, request));
    CSTOP_CHECK(check_schedule_alone(typed, request));
    CSTOP_CHECK(check_words(typed));
    if (typed.list) {
        CSTOP_CHECK(check_list(typed));
    }
    if (typed.quiet && typed.verbose) {
        return refuse("--quiet: contradicts --verbose");
    }
    request.words = typed.words;
    request.all = typed.all;
    request.roots = typed.roots;
    request.ignore_missing = typed.ignore_missing;
    request.list = typed.list;
    request.dry_run = typed.dry_run;
    request.json = typed.json;
    request.fail_on_kill = typed.fail_on_kill;
    request.skip_futile_grace = typed.skip_futile_grace;
    request.use_sandbox = !typed.no_sandbox;
    if (typed.quiet) {
        request.verbosity = model::Verbosity::quiet;
    } else if (typed.verbose) {
        request.verbosity = model::Verbosity::verbose;
    }
    return request;
}

}  // namespace

Result<std::variant<Request, Answer>> parse_arguments(std::span<const char* const> arguments,
                                                      const Environment& environment) {
    CSTOP_TRY(const Typed typed, parse_command_line(arguments));
    if (typed.help) {
        return Answer{.text = format_help()};
    }
    if (typed.version) {
        return Answer{.text = format_version()};
    }
    CSTOP_TRY(Request request, check(typed, environment));
    return request;
}

}  // namespace cstop::cli
