// The start of the process: see prepare_process.

#include <array>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "kernel/linux_system.hpp"

namespace cstop::kernel {

void prepare_process() {
    static_cast<void>(::signal(SIGPIPE, SIG_IGN));
    // A closed 0, 1 or 2 would be given to the next open(), and a message would be written into a cgroup file.
    std::array<pollfd, 3> streams = {{{.fd = 0, .events = 0, .revents = 0},
                                      {.fd = 1, .events = 0, .revents = 0},
                                      {.fd = 2, .events = 0, .revents = 0}}};
    if (::poll(streams.data(), streams.size(), 0) <= 0) {
        return;
    }
    for (const pollfd& stream : streams) {
        if ((stream.revents & POLLNVAL) == 0) {
            continue;
        }
        const int number = ::open("/dev/null", O_RDWR);  // the lowest free number: this one
        if (number != stream.fd && number >= 0) {
            ::close(number);
        }
    }
}

}  // namespace cstop::kernel
