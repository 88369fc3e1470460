#include "report/progress.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/core.h>

#include "base/columns.hpp"
#include "base/text.hpp"
#include "model/schedule.hpp"

namespace cstop::report {

namespace {

using model::Standing;

constexpr std::size_t narrowest_bar = 10;  // with its brackets
constexpr std::size_t widest_bar = 42;
constexpr std::string_view gap = "  ";

/// Full seconds, rounded up: "SIGKILL in 0s" would be a lie.
std::string format_left(Duration duration) {
    return format_duration(std::chrono::ceil<std::chrono::seconds>(duration));
}

std::string format_sent(const Standing& standing) {
    if (!standing.step) {
        return "nothing sent";
    }
    if (standing.step->result != "sent") {
        return standing.step->result.starts_with("not sent") ? "another stop sends" : "not sent";
    }
    return fmt::format("{} to {}", format_signal(standing.step->signal), model::format_aim(standing.step->aim));
}

std::string format_next(const Standing& standing) {
    switch (standing.next) {
        case Standing::Next::kill: return "SIGKILL in " + format_left(standing.left);
        case Standing::Next::give_up: return "gives up in " + format_left(standing.left);
        case Standing::Next::nothing:
            return fmt::format("no SIGKILL, {} so far",
                               format_duration(std::chrono::floor<std::chrono::seconds>(standing.elapsed)));
        case Standing::Next::restart: break;
    }
    return "gone, may be restarted";
}

std::string format_processes(const Standing& standing) {
    if (standing.next == Standing::Next::restart) {
        return "";
    }
    return fmt::format("{} {}", standing.processes, standing.processes == 1 ? "process" : "processes");
}

bool has_bar(const Standing& standing) {
    return (standing.next == Standing::Next::kill || standing.next == Standing::Next::give_up) &&
           standing.whole > Duration::zero();
}

/// "[######....]": what is left of the wait.
std::string format_bar(const Standing& standing, std::size_t width) {
    if (!has_bar(standing)) {
        return std::string(width, ' ');
    }
    const std::size_t room = width - 2;
    const auto whole = static_cast<std::size_t>(standing.whole.count());
    const auto left = static_cast<std::size_t>(std::clamp(standing.left, Duration::zero(), standing.whole).count());
    const std::size_t full = (left * room + whole / 2) / whole;
    return '[' + std::string(full, '#') + std::string(room - full, '.') + ']';
}

/// Green, yellow, red: ever less time before SIGKILL. After it: red.
std::string paint_bar(const Standing& standing, std::string bar) {
    if (!has_bar(standing)) {
        return bar;
    }
    const bool is_asking = standing.next == Standing::Next::kill;
    const int color = is_asking && standing.left > standing.whole / 2   ? 32
                      : is_asking && standing.left > standing.whole / 5 ? 33
                                                                        : 31;
    return fmt::format("\x1b[{}m{}\x1b[0m", color, bar);
}

/// The columns of a line, and how wide each is in all of them; 0: left out.
struct Layout {
    std::size_t name = 0;
    std::size_t sent = 0;
    std::size_t bar = 0;
    std::size_t processes = 0;
    std::size_t next = 0;
};

struct Cells {
    std::string name;
    std::string sent;
    std::string processes;
    std::string next;
};

std::vector<Cells> make_cells(std::span<const ProgressRow> rows) {
    std::vector<Cells> lines;
    for (const ProgressRow& row : rows) {
        lines.push_back({.name = escape_text(row.name),
                         .sent = format_sent(row.standing),
                         .processes = format_processes(row.standing),
                         .next = format_next(row.standing)});
    }
    return lines;
}

std::size_t find_width(std::span<const Cells> lines, std::string Cells::* cell) {
    std::size_t width = 0;
    for (const Cells& line : lines) {
        width = std::max(width, count_columns(line.*cell));
    }
    return width;
}

std::size_t count_width(const Layout& layout) {
    std::size_t width = layout.name;
    for (const std::size_t column : {layout.sent, layout.bar, layout.processes, layout.next}) {
        width += column > 0 ? gap.size() + column : 0;
    }
    return width;
}

Layout make_layout(std::span<const Cells> lines, std::size_t width) {
    // Room for "SIGKILL in 1m00s": a bar that changes its width as seconds pass would be restless.
    constexpr std::size_t usual_next = 16;
    Layout layout{.name = std::min(find_width(lines, &Cells::name), std::max<std::size_t>(width / 3, narrowest_bar)),
                  .sent = find_width(lines, &Cells::sent),
                  .bar = narrowest_bar,
                  .processes = find_width(lines, &Cells::processes),
                  .next = std::max(find_width(lines, &Cells::next), usual_next)};
    for (std::size_t Layout::* const column : {&Layout::bar, &Layout::processes, &Layout::sent}) {
        if (count_width(layout) > width) {
            layout.*column = 0;
        }
    }
    if (layout.bar > 0) {
        layout.bar = std::min(widest_bar, layout.bar + width - count_width(layout));
    }
    return layout;
}

std::string format_row(const ProgressRow& row, const Cells& cells, const Layout& layout, std::size_t width,
                       Color color) {
    std::string line = pad_text(fit_text(cells.name, layout.name), layout.name);
    const auto add = [&](std::string_view cell, std::size_t columns) {
        if (columns > 0) {
            line += gap;
            line += pad_text(cell, columns);
        }
    };
    add(cells.sent, layout.sent);
    const std::size_t before_bar = line.size() + gap.size();
    add(layout.bar > 0 ? format_bar(row.standing, layout.bar) : "", layout.bar);
    add(cells.processes, layout.processes);
    add(cells.next, layout.next);
    line = fit_text(std::string_view(line).substr(0, line.find_last_not_of(' ') + 1), width);
    if (color == Color::on && layout.bar > 0) {
        line.replace(before_bar, layout.bar, paint_bar(row.standing, line.substr(before_bar, layout.bar)));
    }
    return line;
}

}  // namespace

std::vector<std::string> format_progress(std::span<const ProgressRow> rows, std::size_t others, TerminalSize size,
                                         Color color) {
    // The last column stays free, where some terminals wrap at once; and the last row, where the cursor waits.
    if (rows.empty() || size.rows < 2 || size.columns < 2) {
        return {};
    }
    const std::size_t width = size.columns - 1;
    const std::size_t room = size.rows - 1;
    const auto shown = rows.first(others == 0 && rows.size() <= room ? rows.size() : std::min(rows.size(), room - 1));
    others += rows.size() - shown.size();
    const std::vector<Cells> cells = make_cells(shown);
    const Layout layout = make_layout(cells, width);
    std::vector<std::string> lines;
    lines.reserve(shown.size() + 1);
    for (std::size_t index = 0; index < shown.size(); ++index) {
        lines.push_back(format_row(shown[index], cells[index], layout, width, color));
    }
    if (others > 0) {
        lines.push_back(fit_text(fmt::format("... and {} more", others), width));
    }
    return lines;
}

}  // namespace cstop::report
