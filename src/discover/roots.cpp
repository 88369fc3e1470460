#include "discover/roots.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "kernel/user_directories.hpp"

namespace cstop::discover {

namespace {

/// Below `base`, which may be reached over symlinks; `below` may not, and has globs for whole levels.
struct Place {
    std::string_view base;
    std::string_view below;
};

constexpr std::array system_places = {
    Place{.base = "/run/runc", .below = ""},  // by hand; podman, CRI-O, BuildKit, buildah
    Place{.base = "/run/crun", .below = ""},  // the same
    Place{.base = "/run/youki", .below = ""},
    Place{.base = "/run/docker", .below = "runtime-*/*"},
    Place{.base = "/run/snap.docker", .below = "runtime-*/*"},
    Place{.base = "/run/containerd/runc", .below = "*"},  // a constant of its shim: k3s, rke2, microk8s, k0s too
    Place{.base = "/run/runsc", .below = ""},
    Place{.base = "/run/containerd/runsc", .below = "*"},
    Place{.base = "/run/vc/sbs", .below = ""},
    Place{.base = "/run/vc/sbs", .below = "*"},
};

/// Below a user's runtime directory.
constexpr std::array<std::string_view, 6> user_places = {
    "runc", "crun", "youki", "runsc", "docker/runtime-*/*", "containerd/runc/*",
};

/// A user may fill their directories with what they like: it shall neither use up our descriptors nor take us long.
constexpr std::size_t most_roots_of_user = 32;
constexpr std::size_t most_names_of_user = 256;
constexpr std::size_t unlimited = SIZE_MAX;

bool is_same_directory(const kernel::Directory& one, const kernel::Directory& other) {
    struct stat a{};
    struct stat b{};
    return fstat(one.number(), &a) == 0 && fstat(other.number(), &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

void add_root(kernel::Directory directory, RootList& list) {
    const bool is_known =
        std::ranges::any_of(list.roots, [&](const Root& root) { return is_same_directory(root.directory, directory); });
    if (is_known) {
        return;
    }
    auto writers = kernel::read_writers(directory);
    if (!writers) {
        list.problems.push_back(std::move(writers).error());
        return;
    }
    list.roots.push_back({.directory = std::move(directory), .writers = *writers});
}

/// A place that is not there, or is something else, is no place; one that is closed to us is a problem.
void keep_problem(Error error, RootList& list) {
    if (error.code == ErrorCode::not_found || error.errno_value == ENOTDIR) {
        return;
    }
    list.problems.push_back(std::move(error));
}

/// `most`: how long the list may become.
void expand_place(kernel::Directory directory, std::string_view below, RootList& list, std::size_t most = unlimited) {
    if (below.empty()) {
        add_root(std::move(directory), list);
        return;
    }
    const auto slash = below.find('/');
    const std::string_view level = below.substr(0, slash);
    const std::string_view rest = slash == std::string_view::npos ? std::string_view() : below.substr(slash + 1);
    std::vector<std::string> names;
    if (!level.contains('*')) {
        names.emplace_back(level);
    } else if (auto listed = kernel::list_names(directory)) {
        names = *std::move(listed);
        std::erase_if(names,
                      [&](const std::string& name) { return name.starts_with('.') || !is_glob_match(level, name); });
        std::ranges::sort(names);
        names.resize(most == unlimited ? names.size() : std::min(names.size(), most_names_of_user));
    } else {
        keep_problem(std::move(listed).error(), list);
    }
    for (const std::string& name : names) {
        if (list.roots.size() >= most) {
            return;
        }
        auto next = kernel::open_directory_below(directory, name, kernel::Crossing::same_mount);
        if (next) {
            expand_place(*std::move(next), rest, list, most);
        } else {
            keep_problem(std::move(next).error(), list);
        }
    }
}

void open_user_places(const std::string& base, RootList& list) {
    const auto opened = kernel::open_unserved_directory(base);
    if (!opened) {
        keep_problem(opened.error(), list);
        return;
    }
    const auto writers = kernel::read_writers(*opened);
    const bool is_own = writers && writers->owner == geteuid();
    const std::size_t most = is_own ? unlimited : list.roots.size() + most_roots_of_user;
    for (const std::string_view place : user_places) {
        const auto slash = place.find('/');
        auto first = kernel::open_directory_below(*opened, place.substr(0, slash), kernel::Crossing::same_mount);
        if (!first) {
            keep_problem(std::move(first).error(), list);
            continue;
        }
        expand_place(*std::move(first), slash == std::string_view::npos ? "" : place.substr(slash + 1), list, most);
    }
    if (list.roots.size() >= most) {
        list.problems.push_back({.code = ErrorCode::unsupported,
                                 .errno_value = 0,
                                 .what = fmt::format("{}: holds {} roots or more, and the others are not searched",
                                                     base, most_roots_of_user)});
    }
}

}  // namespace

void add_place(RootList& list, const std::string& base, std::string_view below) {
    auto opened = kernel::open_unserved_directory(base);
    if (opened) {
        expand_place(*std::move(opened), below, list);
    } else {
        keep_problem(std::move(opened).error(), list);
    }
}

void add_place_of_user(RootList& list, const std::string& runtime, std::string_view path, std::string_view below) {
    const auto opened = kernel::open_unserved_directory(runtime);
    const auto writers = opened ? kernel::read_writers(*opened) : Result<kernel::Writers>(Failure(opened.error()));
    if (!writers) {
        return;
    }
    if (writers->owner == geteuid()) {
        add_place(list, std::string(path), below);
        return;
    }
    if (!path.starts_with(runtime + "/")) {
        return;
    }
    auto place = kernel::open_directory_below(*opened, path.substr(runtime.size() + 1), kernel::Crossing::same_mount);
    if (place) {
        expand_place(*std::move(place), below, list, list.roots.size() + most_roots_of_user);
    }
}

Result<RootList> open_named_roots(const std::vector<std::string>& paths) {
    RootList list;
    for (const std::string& path : paths) {
        // The root's own name and its parent's tell the engine, so the path must end with a name.
        const auto end = path.find_last_not_of('/');
        auto opened = kernel::open_unserved_directory(end == std::string::npos ? path : path.substr(0, end + 1));
        if (!opened && opened.error().code == ErrorCode::unsupported) {
            list.problems.push_back(std::move(opened).error());
            continue;
        }
        if (!opened) {
            const Error& error = opened.error();
            return Failure(Error{.code = error.code == ErrorCode::denied ? ErrorCode::denied : ErrorCode::usage,
                                 .errno_value = error.errno_value,
                                 .what = "open --root " + path,
                                 .advice = error.advice});
        }
        add_root(*std::move(opened), list);
    }
    return list;
}

std::vector<std::string> find_runtime_directories() {
    std::vector<std::string> directories;
    if (auto runtime = kernel::read_path_variable("XDG_RUNTIME_DIR"); !runtime.empty()) {
        directories.push_back(std::move(runtime));
    }
    if (geteuid() != 0) {
        directories.push_back(fmt::format("/run/user/{}", geteuid()));
        return directories;
    }
    const auto users = kernel::open_directory("/run/user");
    const auto names = users ? kernel::list_names(*users) : Result<std::vector<std::string>>();
    if (names) {
        for (const std::string& name : *names) {
            directories.push_back("/run/user/" + name);
        }
    }
    return directories;
}

std::vector<std::string> name_known_places() {
    std::vector<std::string> names;
    names.reserve(system_places.size());
    for (const Place& place : system_places) {
        names.push_back(place.below.empty() ? std::string(place.base) : fmt::format("{}/{}", place.base, place.below));
    }
    std::ranges::move(find_runtime_directories(), std::back_inserter(names));
    return names;
}

RootList open_known_roots() {
    RootList list;
    for (const Place& place : system_places) {
        add_place(list, std::string(place.base), place.below);
    }
    for (const std::string& directory : find_runtime_directories()) {
        open_user_places(directory, list);
    }
    if (const std::string home = kernel::read_path_variable("HOME"); !home.empty()) {
        add_place(list, home + "/.youki/run", "");
    }
    if (geteuid() != 0) {
        add_place(list, fmt::format("/tmp/youki-{}", geteuid()), "");
    }
    return list;
}

}  // namespace cstop::discover
