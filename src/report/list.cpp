#include "report/list.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/json.hpp"
#include "report/table.hpp"
#include "report/text.hpp"

namespace cstop::report {

namespace {

constexpr std::size_t never_cut = SIZE_MAX;

constexpr std::array columns = {
    Column{.title = "ID", .narrowest = 12, .rank = 0},
    Column{.title = "NAME", .narrowest = 16, .rank = 1},
    Column{.title = "ENGINE", .narrowest = never_cut, .rank = 5},
    Column{.title = "NAMESPACE", .narrowest = 9, .rank = 8},
    Column{.title = "STATUS", .narrowest = never_cut, .rank = 2},
    Column{.title = "PID", .narrowest = never_cut, .rank = 6},
    Column{.title = "UPTIME", .narrowest = never_cut, .rank = 7},
    Column{.title = "GRACE", .narrowest = never_cut, .rank = 4},
    Column{.title = "RESTART", .narrowest = 7, .rank = 9},
    Column{.title = "SIGNAL", .narrowest = never_cut, .rank = 3},
    Column{.title = "FROM", .narrowest = 8, .rank = 10},
};

/// As engines print the ids that they make up. One that a person chose is shown whole.
std::string format_id(const std::string& id) {
    constexpr std::size_t made_up = 64;
    constexpr std::size_t shown = 12;
    const bool is_made_up = id.size() == made_up && id.find_first_not_of("0123456789abcdef") == std::string::npos;
    return is_made_up ? id.substr(0, shown) : id;
}

/// As it can be typed.
std::string format_name(const model::Container& container) {
    if (container.name.empty() || container.pod.empty() || container.pod_namespace.empty()) {
        return container.name;
    }
    return fmt::format("{}/{}/{}", container.pod_namespace, container.pod, container.name);
}

std::string format_restart(const std::optional<model::RestartPolicy>& restart) {
    if (!restart) {
        return {};
    }
    return restart->name.empty() ? restart->who : restart->name;
}

Row make_row(const model::Plan& plan) {
    const model::Container& container = plan.container;
    const model::StopSettings& settings = plan.settings;
    Row row = {
        format_id(container.id),
        format_name(container),
        container.engine,
        container.name_space,
        std::string(model::format_status(container.status)),
        container.pid && container.status != model::Status::stopped ? std::to_string(*container.pid) : "",
        container.uptime ? format_age(*container.uptime) : "",
        format_duration(settings.grace.value),
        format_restart(settings.restart),
        format_signal(settings.signal.value),
        settings.signal.source,
    };
    for (std::string& text : row) {
        text = text.empty() ? "-" : escape_text(text);
    }
    return row;
}

std::string format_table_of(std::span<const Entry> entries, std::optional<std::size_t> width) {
    std::vector<Row> rows;
    for (const Entry& entry : entries) {
        if (entry.plan != nullptr) {
            rows.push_back(make_row(*entry.plan));
        }
    }
    return format_table(columns, rows, width);
}

/// What the caller's rights keep hidden; it is counted, everything else is an error of its own.
bool is_hidden(const Error& error) {
    return error.code == ErrorCode::denied && error.errno_value != 0;
}

void tell_hidden(const model::Request& request, std::span<const Entry> entries, std::span<const Error> problems,
                 Stream& err) {
    std::size_t containers = 0;
    std::size_t roots = 0;
    const bool tells_each = request.verbosity == model::Verbosity::verbose;
    for (const Entry& entry : entries) {
        if (entry.error != nullptr && is_hidden(*entry.error) && !tells_each) {
            ++containers;
        } else if (entry.error != nullptr) {
            tell_entry_error(request, entry, err);
        }
    }
    for (const Error& problem : problems) {
        if (is_hidden(problem) && !tells_each) {
            ++roots;
        } else {
            tell_error(err, problem);
        }
    }
    constexpr std::string_view hint = "no permission: run as root to see everything, with -v to see what it was";
    if (containers > 0) {
        err.write(format_line(
            fmt::format("{} could not be read, {}", format_count(containers, "container", "containers"), hint)));
    }
    if (roots > 0) {
        err.write(format_line(
            fmt::format("{} could not be looked into, {}", format_count(roots, "state root", "state roots"), hint)));
    }
}

}  // namespace

std::string format_age(Duration age) {
    using namespace std::chrono;
    const auto days = duration_cast<std::chrono::days>(age).count();
    const auto hours = duration_cast<std::chrono::hours>(age).count() % 24;
    const auto minutes = duration_cast<std::chrono::minutes>(age).count() % 60;
    const auto seconds = duration_cast<std::chrono::seconds>(age).count() % 60;
    if (days > 0) {
        return fmt::format("{}d{}h", days, hours);
    }
    if (hours > 0) {
        return fmt::format("{}h{}m", hours, minutes);
    }
    return minutes > 0 ? fmt::format("{}m{}s", minutes, seconds) : fmt::format("{}s", seconds);
}

void show_list(const model::Request& request, std::span<const Entry> entries, std::span<const Error> problems,
               Stream& out, Stream& err) {
    tell_hidden(request, entries, problems, err);
    if (request.json) {
        for (const Entry& entry : entries) {
            out.write(format_json(request, entry, nullptr));
        }
    } else if (request.verbosity == model::Verbosity::quiet) {
        std::string ids;
        for (const Entry& entry : entries) {
            ids += entry.plan != nullptr ? entry.plan->container.id + '\n' : "";
        }
        out.write(ids);
    } else {
        out.write(format_table_of(entries, out.columns()));
    }
}

}  // namespace cstop::report
