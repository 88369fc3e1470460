#pragma once
// Where runtimes keep their state: the table of formats.md 1.1, for root and rootless.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/result.hpp"
#include "kernel/directory.hpp"

namespace cstop::discover {

/// A directory whose entries are containers, <root>/<id>/.
struct Root {
    kernel::Directory directory;
    kernel::Writers writers;
};

/// The roots that exist, each once, whatever its names.
struct RootList {
    std::vector<Root> roots;
    /// Roots that are there but cannot be opened.
    std::vector<Error> problems;
};

/// Exactly these (--root). Errors: usage, when one is not there or no directory; denied.
Result<RootList> open_named_roots(const std::vector<std::string>& paths);

/// Every place that a known runtime or engine uses when nobody configures another, below $XDG_RUNTIME_DIR too, and for
/// root below every /run/user/*. What is missing is no problem.
RootList open_known_roots();

/// Where open_known_roots looks, with globs for whole levels.
std::vector<std::string> name_known_places();

/// The runtime directories of those users whose containers the caller may stop: $XDG_RUNTIME_DIR, and the caller's own
/// /run/user/UID or, for root, everybody's.
std::vector<std::string> find_runtime_directories();

/// The roots that are at `below` (with globs for whole levels: "runtime-*/*"; empty: `base` itself) below `base`, which
/// may be reached over symlinks. What is missing is no problem, and what is there already is not added again.
void add_place(RootList& list, const std::string& base, std::string_view below);

/// The same for a path that a user wrote whose runtime directory is `runtime`. Of somebody else than the caller only
/// what is below that directory counts, without symlinks or mounts: elsewhere they could lead a privileged caller to a
/// file system that never answers.
void add_place_of_user(RootList& list, const std::string& runtime, std::string_view path, std::string_view below);

}  // namespace cstop::discover
