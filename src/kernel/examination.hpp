#pragma once
// A container that is held, looked at and left as it is: for a dry run.

#include "kernel/held_container.hpp"
#include "kernel/own_process.hpp"
#include "kernel/system.hpp"

namespace cstop::kernel {

/// Opens files for reading only, and sends nothing, not even signal 0.
Examination examine_container(const HeldContainer& held, OwnProcess& own);

}  // namespace cstop::kernel
