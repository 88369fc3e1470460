#include "report/table.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/columns.hpp"

namespace cstop::report {

namespace {

constexpr std::size_t gap = 2;

/// A column that is shown, as wide as its texts need or as there is room.
struct Track {
    std::size_t column = 0;
    std::size_t width = 0;
    std::size_t narrowest = 0;
    int rank = 0;

    std::size_t slack() const { return width > narrowest ? width - narrowest : 0; }
};

std::vector<Track> measure(std::span<const Column> columns, std::span<const Row> rows) {
    std::vector<Track> tracks;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::size_t width = count_columns(columns[i].title);
        for (const Row& row : rows) {
            width = std::max(width, count_columns(row.at(i)));
        }
        tracks.push_back({.column = i, .width = width, .narrowest = columns[i].narrowest, .rank = columns[i].rank});
    }
    return tracks;
}

std::size_t sum_of(const std::vector<Track>& tracks, std::size_t (*part)(const Track&)) {
    return std::transform_reduce(tracks.begin(), tracks.end(), std::size_t{0}, std::plus(), part);
}

std::size_t total_of(const std::vector<Track>& tracks) {
    return sum_of(tracks, [](const Track& track) { return track.width; }) + gap * (tracks.size() - 1);
}

/// Leaves columns out until the rest can be cut to fit.
void leave_out(std::vector<Track>& tracks, std::size_t width) {
    while (total_of(tracks) - sum_of(tracks, [](const Track& track) { return track.slack(); }) > width) {
        const auto least = std::ranges::max_element(tracks, {}, &Track::rank);
        if (least->rank == 0) {
            return;
        }
        tracks.erase(least);
    }
}

/// Takes from whoever has most to give.
void cut(std::vector<Track>& tracks, std::size_t width) {
    for (std::size_t total = total_of(tracks); total > width; --total) {
        const auto widest = std::ranges::max_element(tracks, {}, &Track::slack);
        if (widest->slack() == 0) {
            return;
        }
        --widest->width;
    }
}

template <class TextOf>
std::string format_row(const std::vector<Track>& tracks, std::optional<std::size_t> width, TextOf text_of) {
    std::string line;
    for (const Track& track : tracks) {
        line += pad_text(fit_text(text_of(track.column), track.width), track.width + gap);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return (width ? fit_text(line, *width) : line) + '\n';
}

}  // namespace

std::string format_table(std::span<const Column> columns, std::span<const Row> rows, std::optional<std::size_t> width) {
    std::vector<Track> tracks = measure(columns, rows);
    if (width) {
        leave_out(tracks, *width);
        cut(tracks, *width);
    }
    std::string table = format_row(tracks, width, [&](std::size_t column) { return columns[column].title; });
    for (const Row& row : rows) {
        table += format_row(tracks, width, [&](std::size_t column) { return std::string_view(row.at(column)); });
    }
    return table;
}

}  // namespace cstop::report
