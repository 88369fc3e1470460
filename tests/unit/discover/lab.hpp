#pragma once
// State roots in a temporary directory, and processes to put into them.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "discover/discovery.hpp"

namespace cstop::discover::test {

/// A path below tests/data, and the bytes of a file there.
std::filesystem::path data(std::string_view relative);
std::string read_data(std::string_view relative);

std::string replace_all(std::string text, std::string_view from, std::string_view to);

/// A directory that only its owner may write, whatever the umask, and that is gone after the test.
class Lab {
public:
    Lab();
    Lab(const Lab&) = delete;
    Lab& operator=(const Lab&) = delete;
    ~Lab();

    std::string path(std::string_view relative = "") const;
    /// Mode 0600, in directories of mode 0700.
    std::string write(std::string_view relative, std::string_view bytes) const;
    /// Every file below tests/data/`from`, with `old` paths in them replaced by this lab's.
    void copy(std::string_view from, std::string_view to, std::string_view old = "") const;

private:
    std::filesystem::path path_;
};

/// A child that waits to be killed, and dies with the test.
class Sleeper {
public:
    Sleeper();
    Sleeper(const Sleeper&) = delete;
    Sleeper& operator=(const Sleeper&) = delete;
    ~Sleeper();

    pid_t pid() const { return pid_; }
    std::uint64_t start_time() const { return start_time_; }
    /// Kills it and waits until it is gone.
    void kill();

private:
    pid_t pid_ = 0;
    std::uint64_t start_time_ = 0;
};

/// runc's and crun's state of a container `id` whose init is `pid`.
std::string make_runc_state(std::string_view id, std::int64_t pid, std::uint64_t start_time);
std::string make_crun_status(std::int64_t pid, std::uint64_t start_time);

/// What the words mean in these roots.
Selection select(const std::vector<std::string>& roots, const std::vector<std::string>& words);
/// --all, or the filters.
Selection select_all(const std::vector<std::string>& roots, std::vector<model::Filter> filters = {});

}  // namespace cstop::discover::test
