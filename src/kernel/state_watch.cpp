#include "kernel/state_watch.hpp"

#include <array>
#include <cerrno>
#include <sys/inotify.h>
#include <unistd.h>

namespace cstop::kernel {

Result<StateWatch> StateWatch::make() {
    StateWatch watch;
    watch.descriptor_ = Descriptor(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!watch.descriptor_.is_open()) {
        return fail_with_errno(errno, "inotify_init1");
    }
    return watch;
}

Result<void> StateWatch::add(const std::string& directory) {
    constexpr std::uint32_t appearing = IN_CREATE | IN_MOVED_TO | IN_ONLYDIR;
    if (::inotify_add_watch(descriptor_.number(), directory.c_str(), appearing) < 0) {
        return fail_with_errno(errno, "watch " + directory);
    }
    return {};
}

void StateWatch::drain() {
    std::array<char, 4096> events{};
    ssize_t count = 0;
    do {
        count = ::read(descriptor_.number(), events.data(), events.size());
    } while (count > 0 || (count < 0 && errno == EINTR));
}

}  // namespace cstop::kernel
