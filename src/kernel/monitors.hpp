#pragma once
// The processes that watch containers for an engine and outlive its daemon: containerd's shims, one a container or pod,
// and conmon, one a container. Where they were told to put things may be written nowhere else (formats.md 1.1).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace cstop::kernel {

struct Monitor {
    enum class Kind { shim, conmon };
    Kind kind = Kind::shim;
    std::string directory;               ///< a shim's working directory, which is its bundle; a conmon's: empty
    std::vector<std::string> arguments;  ///< of a conmon; a shim's: empty
};

struct MonitorList {
    std::vector<Monitor> monitors;
    /// There are more processes than are looked at.
    bool is_cut = false;
};

/// Every monitor that is root's or the caller's own and lives in our pid and mount namespaces: there its paths mean
/// what they mean here, and no container's task is in our mount namespace. What cannot be read is left out. Error:
/// /proc cannot be listed.
///
/// Reading a command line takes the process's mmap_lock, and so can block for ever (faults.md R12). Of a shim only the
/// link to its working directory is read, which takes none. A conmon says its --root nowhere else, so its command line
/// is read, but only of a process that passes all of the above, whatever it calls itself, and is not in
/// uninterruptible sleep: it then waits in poll(2) and holds no lock.
Result<MonitorList> list_monitors();

/// The words of a /proc/PID/cmdline.
std::vector<std::string> parse_command_line(std::string_view text);

}  // namespace cstop::kernel
