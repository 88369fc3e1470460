#pragma once
// Where runtimes keep their state: the table of formats.md 1.1, for root and rootless.

#include <string>
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

/// Every place that a known runtime or engine uses, below $XDG_RUNTIME_DIR too, and for root below every /run/user/*.
/// What is missing is no problem.
RootList open_known_roots();

/// The state roots that the bundles of containerd's clients name (`ctr run --runc-root`, the CRI's runtime options)
/// and `list` has not: one read a bundle of container `id`; of every container when `id` is empty.
void add_bundle_roots(RootList& list, std::string_view id);

}  // namespace cstop::discover
