#include "kernel/cpu_quota.hpp"

namespace cstop::kernel {

bool has_cpu_quota(const Cgroup& cgroup) {
    if (cgroup.is_v2) {
        return !read_control(cgroup.directory, "cpu.max").value_or("max").starts_with("max");
    }
    return has_hierarchy(cgroup, "cpu") &&
           !read_control(cgroup.directory, "cpu.cfs_quota_us").value_or("-1").starts_with("-");
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
