#pragma once
// The world as `stop` acts on it: one interface, so that a test can own the processes, the errors and the clock.
//
// A Handle is one container that was opened: its init's pidfd, its cgroups' directory descriptors. Everything below
// goes through those descriptors, so neither a reused pid nor a re-created cgroup can be hit (faults.md R5, R8).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file_identity.hpp"
#include "base/result.hpp"
#include "base/signal.hpp"

namespace cstop::kernel {

/// CLOCK_MONOTONIC.
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

using Handle = std::size_t;

/// Where a state file says that the container is in one hierarchy.
struct CgroupName {
    std::string hierarchy;     ///< "": v2; "freezer", "name=systemd"; "*": every mounted hierarchy
    std::string path;          ///< absolute as recorded, or relative to the mount
    bool below_mount = false;  ///< relative
};

/// Whom to stop: what the state file claims. open() believes nothing of it.
struct Target {
    std::string id;
    std::string state_directory;
    std::optional<FileIdentity> state_identity = std::nullopt;  ///< the directory that was read; none: any will do
    std::optional<std::int32_t> pid;
    std::uint64_t start_time = 0;  ///< clock ticks since boot; 0: not recorded
    std::vector<CgroupName> cgroups;
    bool has_private_pid_namespace = false;  ///< its init is the first process of a pid namespace
    bool has_private_mount_namespace = false;
    std::uint32_t state_owner = 0;
};

/// The signal sets of /proc/PID/status, bit n-1 for signal n.
struct SignalSets {
    std::uint64_t caught = 0;
    std::uint64_t ignored = 0;
    std::uint64_t blocked = 0;  ///< every signal, while the process may be in sigwait(3)
};

/// A container that was opened and proven.
struct Opened {
    Handle handle = 0;
    bool init_is_alive = false;  ///< not exited, not a zombie without live threads, not a reused pid
    bool is_populated = false;   ///< the own cgroup has live processes (init counts)
    bool is_frozen = false;      ///< the own cgroup, as asked for there
    bool has_private_pid_namespace = false;
    std::string command;                ///< init's comm; raw bytes
    std::optional<SignalSets> signals;  ///< none when unreadable
    std::string cgroup_refusal;         ///< why "all" can only mean init; empty: the cgroup may be killed
    std::vector<std::string> warnings;
};

struct KillReport {
    std::size_t signalled = 0;  ///< processes that were there (exact for a walk, a count just before for cgroup.kill)
    std::string way;            ///< "cgroup.kill", "freeze and walk", "init alone"
    std::string reason;         ///< why not the better way; empty: it was
};

/// A process and its name.
struct ProcessReport {
    std::int32_t pid = 0;
    std::string command;  ///< comm, raw bytes; empty: unknown
};

/// A cgroup that is the container's own.
struct CgroupReport {
    std::string path;                      ///< in the hierarchy, as /proc/PID/cgroup writes it
    std::vector<std::string> hierarchies;  ///< "": v2
    std::string directory;                 ///< where it is mounted
    bool is_frozen = false;                ///< as asked for there
};

/// What is known of an opened container, and what could be done to it.
struct Examination {
    enum class Init {
        gone,     ///< no process has the recorded pid, or none was recorded
        zombie,   ///< ended and not reaped
        another,  ///< the pid is somebody else's, who was left alone
        alive,
    };
    Init init = Init::gone;
    char state = '?';    ///< letter of /proc/PID/stat of init; '?': unknown
    std::string handle;  ///< how send_signal would send: "pidfd", "kill(2)"; empty: not alive
    std::string tracer;  ///< who traces init: "gdb (pid 812)"; empty: nobody
    std::vector<CgroupReport> cgroups;
    std::string frozen_by;  ///< an ancestor of the own cgroup that is frozen, which is not the container's to thaw
    std::vector<ProcessReport> processes;  ///< of the own cgroups, at most most_examined
    std::size_t process_count = 0;
    KillReport kill_all;                       ///< as kill_all would do it; way "nobody" where it would do nothing
    std::optional<ProcessReport> lock_holder;  ///< whose lock lock_stop would meet
};

inline constexpr std::size_t most_examined = 64;

/// What is left of a container.
struct Remains {
    bool init_is_alive = false;
    /// Live processes in the own cgroup; at least 1 where only "populated" is known. Not counted while init lives.
    std::size_t processes = 0;
    std::string doubt;  ///< why others that are in the cgroup are not counted; empty: nobody is
    bool is_gone() const { return !init_is_alive && processes == 0; }
};

struct ExitStatus {
    bool by_signal = false;
    int value = 0;
};

struct SurvivorReport {
    std::int32_t pid = 0;
    std::string command;
    char state = '?';
    std::string wchan;
    std::string cause;
    bool is_escapee = false;  ///< no signal but one to init can have reached it
};

struct Event {
    enum class Kind {
        init_exited,     ///< the pidfd is readable; confirm with read_remains
        cgroup_changed,  ///< a member left or the cgroup's populated or frozen changed; confirm with read_remains
        state_changed,   ///< something appeared beside a watched state directory; confirm with is_recreated
        interrupted,     ///< SIGINT, SIGTERM or SIGHUP for cstop itself; see signal
    };
    Kind kind = Kind::init_exited;
    Handle handle = 0;
    Signal signal{};
};

class System {
public:
    System() = default;
    System(const System&) = delete;
    System& operator=(const System&) = delete;
    virtual ~System() = default;

    virtual Instant now() = 0;

    /// Proves who init is (pidfd_open, then start time, then owner, then cgroup: in that order) and opens the
    /// container's own cgroups. An init that is gone is no error. Errors: denied (faults.md R3, or no permission),
    /// unsupported (identity cannot be proven on this kernel, or from this pid or time namespace, or the process is in
    /// no cgroup and no namespace that would be the container's), system.
    virtual Result<Opened> open(const Target& target) = 0;

    /// Nothing more will be opened: what only opening needs may be given up, for good.
    virtual void finish_opening() {}

    /// Forgets the container; events of it end.
    virtual void close(Handle handle) = 0;

    /// True: ours is the only stop under way that sends the configured signal. False: another cstop holds it. Held
    /// until close(). flock(2) on the state directory; an error means that nobody can know: true.
    virtual bool lock_stop(Handle handle) = 0;

    /// To init, through its pidfd. Says how: "pidfd" or "kill(2)". Errors: gone, denied, unsupported, system.
    virtual Result<std::string> send_signal(Handle handle, Signal signal) = 0;

    /// SIGCONT to init if job control stopped it (state T; never t, a tracer's). True: it was sent.
    virtual Result<bool> resume_init(Handle handle) = 0;

    /// Those of init as they are now; none when unreadable, or when init has ended.
    virtual std::optional<SignalSets> read_signals(Handle handle) = 0;

    /// Thaws the container's own cgroup, its descendants, and the cgroup that init is in now if that lies below it.
    /// Nothing frozen: no write, success, false. Never an ancestor.
    virtual Result<bool> thaw(Handle handle) = 0;

    /// SIGKILL to every process of the own cgroup: cgroup.kill, else freeze, walk, kill, thaw until a pass finds
    /// nobody. Whatever was frozen is thawed on every way out. Without a usable cgroup: init alone, and
    /// KillReport::reason. Errors: denied, system. gone is success with nobody signalled.
    virtual Result<KillReport> kill_all(Handle handle) = 0;

    /// Any other signal to every process of the own cgroup, by walking it once.
    virtual Result<KillReport> signal_all(Handle handle, Signal signal) = 0;

    /// Reads only: nothing is sent, written, locked or armed. What cannot be read is left out.
    virtual Examination examine(Handle handle) = 0;

    /// What is left now. Arms whatever wait() needs to tell the next change.
    virtual Result<Remains> read_remains(Handle handle) = 0;

    /// How many processes the own cgroup has now, for show: dead ones that nobody reaped may count. Without a
    /// cgroup: 1 while init lives. Unlike read_remains it arms nothing and changes nothing.
    virtual std::size_t count_processes(Handle handle) = 0;

    /// Reports state_changed when an entry appears in the directory that holds the container's state directory
    /// (inotify(7)).
    virtual Result<void> watch_state(Handle handle) = 0;

    /// Is there another state directory of the same name now? Then somebody has started the container anew.
    virtual bool is_recreated(Handle handle) = 0;

    /// How init ended: PIDFD_GET_INFO (6.15), else the zombie's stat, else none.
    virtual std::optional<ExitStatus> read_exit(Handle handle) = 0;

    /// Who ought to reap init and does not: "containerd-shim (pid 812)". A parent that only has not come to it yet is
    /// not named: it is stopped or a zombie itself, or init was a zombie when it was opened. None when it is no
    /// zombie.
    virtual std::optional<std::string> read_idle_reaper(Handle handle) = 0;

    /// Lifts the own cgroup's CPU quota so that a killed container gets the time to die (never an ancestor's). True:
    /// there was one.
    virtual Result<bool> lift_cpu_quota(Handle handle) = 0;

    /// Who is left and why. Reads nothing that can block; bounded in number.
    virtual std::vector<SurvivorReport> examine_survivors(Handle handle) = 0;

    /// Who lives on outside of the container's cgroups after everything else is gone (faults.md F22). Looks at every
    /// process of the machine, but only where the container had no pid namespace of its own.
    virtual std::vector<SurvivorReport> examine_escapees(Handle handle) = 0;

    /// Sleeps until events come or `until` has passed (none: until events come). Empty: the time is over. The events
    /// are valid until the next call. Errors: system.
    virtual Result<std::span<const Event>> wait(std::optional<Instant> until) = 0;
};

}  // namespace cstop::kernel
