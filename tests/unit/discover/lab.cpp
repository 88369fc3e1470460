#include "lab.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "kernel/directory.hpp"
#include "kernel/process.hpp"

namespace cstop::discover::test {

namespace files = std::filesystem;

namespace {

std::string read_bytes(const files::path& file) {
    auto content = kernel::read_file(file.string());
    REQUIRE_MESSAGE(content.has_value(), file.string());
    return std::move(content->bytes);
}

/// In memory where the host has that: ten thousand directories on a disk that others keep busy take half a minute.
files::path find_place() {
    const files::path memory = "/dev/shm";
    return access(memory.c_str(), W_OK) == 0 ? memory : files::temp_directory_path();
}

}  // namespace

files::path data(std::string_view relative) {
    const char* root = std::getenv("CSTOP_TEST_DATA");
    REQUIRE(root != nullptr);
    return files::path(root) / relative;
}

std::string read_data(std::string_view relative) {
    return read_bytes(data(relative));
}

std::string replace_all(std::string text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

Lab::Lab() {
    std::string name = (find_place() / "cstop-discover-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
}

Lab::~Lab() {
    std::error_code ignored;
    files::remove_all(path_, ignored);
}

std::string Lab::path(std::string_view relative) const {
    return relative.empty() ? path_.string() : (path_ / relative).string();
}

std::string Lab::write(std::string_view relative, std::string_view bytes) const {
    const files::path file = path_ / relative;
    files::create_directories(file.parent_path());
    for (files::path each = file.parent_path(); each != path_; each = each.parent_path()) {
        REQUIRE(chmod(each.c_str(), 0700) == 0);
    }
    std::ofstream(file, std::ios::binary) << bytes;
    REQUIRE(chmod(file.c_str(), 0600) == 0);
    return file.string();
}

void Lab::copy(std::string_view from, std::string_view to, std::string_view old) const {
    const files::path source = data(from);
    REQUIRE_MESSAGE(files::is_directory(source), source.string());
    for (const auto& entry : files::recursive_directory_iterator(source)) {
        if (entry.is_regular_file()) {
            const std::string bytes = read_bytes(entry.path());
            write((files::path(to) / entry.path().lexically_relative(source)).string(),
                  old.empty() ? bytes : replace_all(bytes, old, path()));
        }
    }
}

Sleeper::Sleeper() {
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (true) {
            pause();
        }
    }
    const auto stat = kernel::read_process_stat(pid_);
    REQUIRE(stat.has_value());
    start_time_ = stat->start_time;
}

Sleeper::~Sleeper() {
    if (pid_ > 0) {
        kill();
    }
}

void Sleeper::kill() {
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

std::string make_runc_state(std::string_view id, std::int64_t pid, std::uint64_t start_time) {
    return fmt::format(
        R"({{"id":"{}","init_process_pid":{},"init_process_start":{},"created":"2026-11-23T09:36:51.7Z",)"
        R"("config":{{"namespaces":[{{"type":"NEWPID"}}],"labels":["bundle=/b"]}}}})",
        id, pid, start_time);
}

std::string make_crun_status(std::int64_t pid, std::uint64_t start_time) {
    return fmt::format(R"({{"pid":{},"process-start-time":{},"cgroup-path":"","bundle":"/b"}})", pid, start_time);
}

Selection select(const std::vector<std::string>& roots, const std::vector<std::string>& words) {
    model::Request request;
    request.roots = roots;
    auto selection = select_containers(request, words);
    REQUIRE(selection.has_value());
    return *std::move(selection);
}

Selection select_all(const std::vector<std::string>& roots, std::vector<model::Filter> filters) {
    model::Request request;
    request.roots = roots;
    request.all = filters.empty();
    request.filters = std::move(filters);
    auto selection = select_containers(request, {});
    REQUIRE(selection.has_value());
    return *std::move(selection);
}

}  // namespace cstop::discover::test
