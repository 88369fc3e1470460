// Every row of tests/data/expected.tsv through discover and settings, as cstop itself goes: a container of a real
// engine is found in its recorded files, and then asked how it wants to be stopped.

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "../discover/lab.hpp"
#include "base/text.hpp"
#include "settings/settings.hpp"

namespace cstop {
namespace {

using discover::test::Lab;

/// A row, without the sentence for people.
struct Row {
    std::string fixture;
    std::string container;  ///< ID, ID,ID, or NAMESPACE/ID; in a layout the tag
    std::string name;       ///< empty: none
    Signal signal;
    bool has_signal = true;  ///< false: the image states none
    Duration grace;
    std::string note;
    std::string engine;
    std::string name_space;
    std::string signal_source;
    std::string grace_source;
};

std::filesystem::path recorded(const std::string& fixture) {
    return discover::test::data(fixture);
}

std::string none_if_dash(std::string_view text) {
    return text == "-" ? "" : std::string(text);
}

/// "SIGQUIT(3)", "12", "(none)", or one for each architecture: "amd64 SIGRTMIN+3, arm64 SIGINT".
std::optional<Signal> parse_expected_signal(std::string_view text) {
    if (text == "(none)") {
        return std::nullopt;
    }
#ifdef __aarch64__
    constexpr std::string_view architecture = "arm64 ";
#else
    constexpr std::string_view architecture = "amd64 ";
#endif
    if (const auto at = text.find(architecture); at != std::string_view::npos) {
        text.remove_prefix(at + architecture.size());
        text = text.substr(0, text.find(','));
    }
    if (const auto open = text.find('('); open != std::string_view::npos) {
        text = text.substr(open + 1, text.size() - open - 2);
    }
    const auto signal = parse_signal(text);
    REQUIRE(signal.has_value());
    return *signal;
}

Duration parse_expected_grace(std::string_view text) {
    if (text == "-") {
        return std::chrono::seconds(10);
    }
    const auto grace = parse_duration(text);
    REQUIRE(grace.has_value());
    return *grace;
}

Row parse_row(std::string_view line) {
    const auto fields = split_text(line, '\t');
    REQUIRE(fields.size() == 11);
    const auto signal = parse_expected_signal(fields[4]);
    return {.fixture = std::string(fields[0]),
            .container = std::string(fields[1]),
            .name = none_if_dash(fields[3]),
            .signal = signal.value_or(sigterm),
            .has_signal = signal.has_value(),
            .grace = parse_expected_grace(fields[5]),
            .note = std::string(fields[6]),
            .engine = none_if_dash(fields[7]),
            .name_space = none_if_dash(fields[8]),
            .signal_source = std::string(fields[9]),
            .grace_source = std::string(fields[10])};
}

std::vector<Row> read_rows() {
    const std::string text = discover::test::read_data("expected.tsv");
    std::vector<Row> rows;
    for (const std::string_view line : split_text(text, '\n')) {
        if (!line.empty() && !line.starts_with('#')) {
            CAPTURE(line);
            rows.push_back(parse_row(line));
        }
    }
    return rows;
}

/// Where a recording's parts lay on the host: below /srv/lab, which becomes the lab.
struct Layout {
    std::string state;       ///< below the recording: the state roots
    std::string store;       ///< below the recording: the engine's files; empty: none
    std::string store_path;  ///< below the lab
    std::vector<std::string> roots;
};

const std::map<std::string, Layout, std::less<>> layouts = {
    {"runc-1.1.5-plain-hybrid", {"", "", "", {""}}},
    {"runc-1.1.5-plain-v2", {"", "", "", {""}}},
    {"runc-1.1.5-rootless", {"", "", "", {""}}},
    {"crun-1.8.1-rootless", {"", "", "", {""}}},
    {"docker-20.10-hybrid", {"exec-root", "data-root", "docker", {"runtime-runc/moby"}}},
    {"docker-20.10-v2", {"exec-root", "data-root", "dv2", {"runtime-runc/moby"}}},
    {"docker-20.10-crun-v1", {"exec-root", "data-root", "dcr", {"runtime-runc/moby"}}},
    {"containerd-1.6.20-ctr-hybrid", {"runc", "", "", {"default", "otherns"}}},
    {"containerd-1.6.20-cri", {"runc", "", "", {""}}},
    {"podman-4.3.1-runc-hybrid", {"run-runc", "root", "pod/root", {""}}},
    {"podman-4.3.1-crun", {"run-crun", "root", "podc/root", {""}}},
};

/// A recording, laid out in a lab of its own.
class Recording {
public:
    explicit Recording(const Row& row) : layout_(layouts.at(row.fixture)), fixture_(row.fixture) {
        // The root's own name and its parent's tell the engine.
        const std::string state = fixture_ == "containerd-1.6.20-cri" ? "state/runc/k8s.io" : "state/runc";
        lab_.copy(fixture_ + "/" + layout_.state, state, "/srv/lab");
        if (!layout_.store.empty()) {
            lab_.copy(fixture_ + "/" + layout_.store, layout_.store_path);
        }
        for (const std::string& root : layout_.roots) {
            roots_.push_back(lab_.path(root.empty() ? state : state + "/" + root));
        }
    }

    Result<model::Container> find(const std::string& word) const {
        auto selection = discover::test::select(roots_, {word});
        REQUIRE(selection.answers.size() == 1);
        auto container = std::move(selection.answers[0].container);
        if (container && fixture_.starts_with("containerd")) {
            link_work(*container);
        }
        return container;
    }

    /// A container that the engine keeps and no runtime knows, as the engine would describe it.
    model::Container describe(const Row& row) const {
        model::Container container;
        container.engine = row.engine;
        container.name = row.name;
        container.name_space = row.name_space;
        if (row.engine == "docker") {
            container.engine_directory = find_by_prefix(lab_.path(layout_.store_path) + "/containers", row.container);
            container.id = std::filesystem::path(container.engine_directory).filename();
        } else {
            const auto records = recorded(fixture_) / "root/io.containerd.grpc.v1.cri/containers";
            container.id = std::filesystem::path(find_by_prefix(records, row.container)).filename();
            container.bundle = lab_.path("state/io.containerd.runtime.v2.task/k8s.io/" + container.id);
            link_work(container);
        }
        return container;
    }

private:
    static std::string find_by_prefix(const std::filesystem::path& directory, std::string_view prefix) {
        for (const auto& entry : std::filesystem::directory_iterator(directory)) {
            if (entry.path().filename().string().starts_with(prefix)) {
                return entry.path();
            }
        }
        FAIL("no ", std::string(prefix), " in ", directory.string());
        return {};
    }

    /// containerd's way from a bundle to its own root directory.
    void link_work(const model::Container& container) const {
        std::filesystem::create_directories(container.bundle);
        std::filesystem::remove(container.bundle + "/work");
        std::filesystem::create_symlink(
            recorded(fixture_) / "root/io.containerd.runtime.v2.task" / container.name_space / container.id,
            container.bundle + "/work");
    }

    Lab lab_;
    Layout layout_;
    std::string fixture_;
    std::vector<std::string> roots_;
};

void check_container(const model::Container& container, const Row& row, std::string_view id) {
    CHECK(container.id.starts_with(id));
    CHECK(container.engine == row.engine);
    CHECK(container.name_space == row.name_space);
    if (row.name.starts_with("sandbox ")) {
        CHECK(container.is_sandbox);
        CHECK("sandbox " + container.pod == row.name);
    } else {
        CHECK(container.name == row.name);
    }
}

void check_settings(const model::Container& container, const Row& row) {
    const auto settings = settings::look_up_settings({}, std::nullopt, container);
    CHECK(settings.signal.value == row.signal);
    CHECK(settings.signal.source == row.signal_source);
    CHECK(settings.grace.value == row.grace);
    CHECK(settings.grace.source == row.grace_source);
    CHECK(settings.restart.has_value() ==
          (row.note.contains("restart") || row.note.contains("Restart") || row.engine == "kubernetes"));
    for (const std::string& warning : settings.warnings) {
        FAIL_CHECK(warning);
    }
}

void check_recorded(const Row& row) {
    const Recording recording(row);
    for (const std::string_view each : split_text(row.container, ',')) {
        // NAMESPACE/ID is the row's way to say it; cstop takes the id.
        const std::string_view id = each.substr(each.find('/') == std::string_view::npos ? 0 : each.find('/') + 1);
        CAPTURE(id);
        std::vector<std::string> words = {std::string(id)};
        if (!row.name.empty() && !row.name.starts_with("sandbox ")) {
            words.push_back(row.name);
        }
        for (const std::string& word : words) {
            CAPTURE(word);
            const auto container = recording.find(word);
            if (row.note.contains("no runtime state")) {
                REQUIRE_FALSE(container.has_value());
                CHECK(container.error().code == ErrorCode::not_found);
                check_settings(recording.describe(row), row);
                continue;
            }
            REQUIRE_MESSAGE(container.has_value(), format_error(container.error()));
            check_container(*container, row, id);
            check_settings(*container, row);
        }
    }
}

/// A bundle that nobody runs: its directory is all there is.
void check_bundle(Row row) {
    model::Container container;
    container.id = "by-hand";
    container.engine = row.engine;
    container.bundle = recorded(row.fixture);
    row.signal_source = discover::test::replace_all(row.signal_source, "BUNDLE", container.bundle);
    check_settings(container, row);
}

void check_image_layout(const Row& row) {
    const std::string path = recorded(row.fixture).string() + ":" + row.container;
    const auto looked_up = settings::look_up_image_config({.text = path});
    REQUIRE_MESSAGE(looked_up.has_value(), format_error(looked_up.error()));
    REQUIRE(looked_up->has_value() == row.has_signal);
    if (row.has_signal) {
        CHECK((*looked_up)->value == row.signal);
        CHECK((*looked_up)->source ==
              discover::test::replace_all(row.signal_source, "LAYOUT", recorded(row.fixture).string()));
    }
}

TEST_CASE("every recorded container is found, and wants to be stopped as its engine would have done it") {
    const auto rows = read_rows();
    CHECK(rows.size() == 36);
    for (const Row& row : rows) {
        CAPTURE(row.fixture);
        CAPTURE(row.container);
        if (layouts.contains(row.fixture)) {
            check_recorded(row);
        } else if (row.fixture.starts_with("oci-layout")) {
            check_image_layout(row);
        } else {
            check_bundle(row);
        }
    }
}

TEST_CASE("no recording of a container has been forgotten in the rows") {
    const auto rows = read_rows();
    for (const auto& [fixture, layout] : layouts) {
        CHECK(std::ranges::count(rows, fixture, &Row::fixture) > 0);
    }
}

}  // namespace
}  // namespace cstop
