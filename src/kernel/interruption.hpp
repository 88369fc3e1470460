#pragma once
// SIGINT, SIGTERM and SIGHUP as events (signalfd(2)).

#include <memory>
#include <optional>
#include <signal.h>

#include "base/result.hpp"
#include "base/signal.hpp"
#include "kernel/descriptor.hpp"

namespace cstop::kernel {

class Interruption {
public:
    /// Blocks them for as long as it lives, except those that were ignored when cstop was started: nohup and a shell's
    /// background jobs mean it.
    static Result<Interruption> make();

    const Descriptor& descriptor() const { return descriptor_; }
    /// The next one that came, if any. Does not wait.
    std::optional<Signal> take();

private:
    struct Restore {
        void operator()(sigset_t* before) const;
    };

    Descriptor descriptor_;
    std::unique_ptr<sigset_t, Restore> before_;  ///< what was blocked
};

}  // namespace cstop::kernel
