#include "kernel/process_owner.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "kernel/pidfd.hpp"

namespace cstop::kernel {

namespace {

constexpr int deepest_user_namespace = 33;  // user_namespaces(7): 32 below the first

Result<Descriptor> open_user_namespace(const InitProcess& process) {
    if (process.pidfd().is_open()) {
        Result<Descriptor> direct = open_pidfd_user_namespace(process.pidfd());
        if (direct) {
            return direct;
        }
    }
    const int number = ::open(fmt::format("/proc/{}/ns/user", process.pid()).c_str(), O_RDONLY | O_CLOEXEC);
    if (number < 0) {
        return fail_with_errno(errno, fmt::format("open /proc/{}/ns/user", process.pid()));
    }
    Descriptor descriptor(number);
    // By number: only if the process still lives was this its own.
    if (!process.is_alive()) {
        return fail(ErrorCode::gone, fmt::format("process {} has ended", process.pid()));
    }
    return descriptor;
}

}  // namespace

Result<void> check_process_owner(const InitProcess& process, const ProcessStatus& status, std::uint32_t user) {
    if (status.real_user == user) {
        return {};
    }
    Result<Descriptor> space = open_user_namespace(process);
    for (int depth = 0; space && depth < deepest_user_namespace; ++depth) {
        uid_t owner = 0;
        if (::ioctl(space->number(), NS_GET_OWNER_UID, &owner) != 0) {
            break;
        }
        if (owner == user) {
            return {};
        }
        const int parent = ::ioctl(space->number(), NS_GET_PARENT);  // EPERM at the top
        if (parent < 0) {
            break;
        }
        space = Descriptor(parent);
    }
    return fail(ErrorCode::denied, fmt::format("process {} belongs to uid {}, its state file to uid {}", process.pid(),
                                               status.real_user, user));
}

}  // namespace cstop::kernel
