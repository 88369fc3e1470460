#pragma once
// SIGINT, SIGTERM and SIGHUP as events (signalfd(2)).

#include <optional>

#include "base/result.hpp"
#include "base/signal.hpp"
#include "kernel/descriptor.hpp"

namespace cstop::kernel {

class Interruption {
public:
    /// Blocks them for good, except those that were ignored when cstop was started: nohup and a shell's background
    /// jobs mean it.
    static Result<Interruption> make();

    const Descriptor& descriptor() const { return descriptor_; }
    /// The next one that came, if any. Does not wait.
    std::optional<Signal> take();

private:
    Descriptor descriptor_;
};

}  // namespace cstop::kernel
