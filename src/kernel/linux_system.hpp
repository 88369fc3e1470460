#pragma once
// The System that is this machine.

#include <memory>

#include "kernel/system.hpp"

namespace cstop::kernel {

/// What System::finish_opening does with the capabilities of the process; see confinement.hpp.
enum class AfterOpening { keep_capabilities, drop_capabilities };

/// Blocks SIGINT, SIGTERM and SIGHUP for the whole process and takes them through a signalfd, so that an interruption
/// is an event like any other. One thread only, one epoll. Error: when epoll, signalfd or /proc cannot be had.
Result<std::unique_ptr<System>> make_linux_system(AfterOpening after_opening = AfterOpening::keep_capabilities);

/// One to open and to examine with, and nothing else: signals keep their actions, so an interruption ends cstop at
/// once.
Result<std::unique_ptr<System>> make_watching_system();

/// Descriptors 0-2 open, SIGPIPE ignored (faults.md R15). First thing in main.
void prepare_process();

/// Gives `signal` back its default action, unblocks it and raises it: a shell then sees 128+n. Returns only if that
/// fails.
void die_of_signal(Signal signal);

}  // namespace cstop::kernel
