#include "kernel/cpu_quota.hpp"

namespace cstop::kernel {

namespace {

bool has_quota(const Directory& cgroup, bool is_v2) {
    return is_v2 ? !read_control(cgroup, "cpu.max").value_or("max").starts_with("max")
                 : !read_control(cgroup, "cpu.cfs_quota_us").value_or("-1").starts_with("-");
}

bool is_for_cpu(const Cgroup& cgroup) {
    return cgroup.is_v2 || has_hierarchy(cgroup, "cpu");
}

}  // namespace

bool has_cpu_quota(const Cgroup& cgroup) {
    return is_for_cpu(cgroup) && has_quota(cgroup.directory, cgroup.is_v2);
}

std::string find_starving_ancestor(const Cgroup& cgroup) {
    std::string starving;
    if (is_for_cpu(cgroup)) {
        visit_ancestors(cgroup, [&](const Directory& ancestor) {
            const std::string statistics = read_control(ancestor, "cpu.stat").value_or("");
            if (has_quota(ancestor, cgroup.is_v2) && parse_keyed_number(statistics, "nr_throttled") > 0) {
                starving = ancestor.path();
            }
            return starving.empty();
        });
    }
    return starving;
}

Result<bool> lift_cpu_quotas(std::span<const Cgroup> cgroups) {
    bool had_one = false;
    for (const Cgroup& cgroup : cgroups) {
        if (!has_cpu_quota(cgroup)) {
            continue;
        }
        const Result<void> lifted = cgroup.is_v2 ? write_control(cgroup.directory, "cpu.max", "max")
                                                 : write_control(cgroup.directory, "cpu.cfs_quota_us", "-1");
        CSTOP_CHECK(lifted);
        had_one = true;
    }
    return had_one;
}

}  // namespace cstop::kernel
