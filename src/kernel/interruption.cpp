#include "kernel/interruption.hpp"

#include <cerrno>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "kernel/linux_system.hpp"
#include "kernel/missing_calls.hpp"

namespace cstop::kernel {

namespace {

bool is_ignored(Signal signal) {
    struct sigaction action{};
    return ::sigaction(signal.number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Result<Interruption> Interruption::make() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const Signal signal : {sighup, sigint, sigterm}) {
        // A signal that is blocked is queued even when it is ignored, and signalfd would tell it.
        if (!is_ignored(signal)) {
            ::sigaddset(&signals, signal.number);
        }
    }
    auto before = std::make_unique<sigset_t>();
    if (const int error = ::pthread_sigmask(SIG_BLOCK, &signals, before.get()); error != 0) {
        return fail_with_errno(error, "block signals");
    }
    Interruption interruption;
    interruption.before_.reset(before.release());
    interruption.descriptor_ = Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!interruption.descriptor_.is_open()) {
        return Failure(advise_missing_call(error_from_errno(errno, "signalfd"), "signalfd4", "2.6.27"));
    }
    return interruption;
}

void Interruption::Restore::operator()(sigset_t* before) const {
    ::pthread_sigmask(SIG_SETMASK, before, nullptr);
    std::default_delete<sigset_t>()(before);
}

std::optional<Signal> Interruption::take() {
    signalfd_siginfo info{};
    ssize_t count = -1;
    do {
        count = ::read(descriptor_.number(), &info, sizeof(info));
    } while (count < 0 && errno == EINTR);
    if (count != static_cast<ssize_t>(sizeof(info))) {
        return std::nullopt;
    }
    return Signal{static_cast<int>(info.ssi_signo)};
}

void die_of_signal(Signal signal) {
    static_cast<void>(::signal(signal.number, SIG_DFL));
    sigset_t one;
    ::sigemptyset(&one);
    ::sigaddset(&one, signal.number);
    ::pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    static_cast<void>(::raise(signal.number));
}

}  // namespace cstop::kernel
