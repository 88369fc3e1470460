#pragma once
// Is a container's own cgroup frozen? And freezing and thawing one that is held open. A freeze is owed back: Freeze
// thaws in its destructor, on every way out.

#include <span>
#include <string>

#include "kernel/cgroup.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

/// True when one of the cgroups that the state names exists and is frozen (v1 freezer.state other than THAWED, v2
/// cgroup.freeze 1). Unknown or missing: false. `pid` helps to find a path that was recorded in another mount view.
bool is_frozen(std::span<const CgroupName> cgroups, std::string_view id, std::int32_t pid);

/// v2, or v1 of the freezer controller.
bool has_freezer(const Cgroup& cgroup);

/// v1: freezer.state other than THAWED, an ancestor's freeze included. v2: cgroup.freeze 1 here.
bool is_asked_to_freeze(const Cgroup& cgroup);

/// The nearest ancestor that is asked to freeze itself: "/sys/fs/cgroup/freezer/a"; empty: none.
std::string find_frozen_ancestor(const Cgroup& cgroup);

/// Thaws it and all below that were asked to freeze themselves; never an ancestor. True: something was written.
/// A cgroup that is gone is thawed. The first error is returned, after every other one was tried.
Result<bool> thaw_tree(const Cgroup& cgroup);

/// Could Freeze freeze it? Nothing is written.
Result<void> check_freezer(const Cgroup& cgroup);

/// A cgroup that is frozen as long as this lives. Nothing waits until everybody stands: a task in uninterruptible sleep
/// may never (faults.md F40).
class Freeze {
public:
    /// Errors: denied, not_found, gone, system; then nothing is owed.
    static Result<Freeze> make(const Cgroup& cgroup);
    Freeze(Freeze&& other) noexcept : cgroup_(std::exchange(other.cgroup_, nullptr)) {}
    Freeze& operator=(Freeze&&) = delete;
    Freeze(const Freeze&) = delete;
    Freeze& operator=(const Freeze&) = delete;
    ~Freeze();

private:
    explicit Freeze(const Cgroup* cgroup) : cgroup_(cgroup) {}
    const Cgroup* cgroup_;
};

}  // namespace cstop::kernel
