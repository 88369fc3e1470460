#include "discover/configured_roots.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "discover/toml_strings.hpp"
#include "kernel/directory.hpp"
#include "kernel/foreign_parser.hpp"
#include "kernel/user_directories.hpp"

namespace cstop::discover {

namespace {

constexpr std::string_view docker_roots = "runtime-*/*";

using Parse = std::vector<std::string> (*)(std::string_view bytes);

void add_roots_of(RootList& list, const std::string& file, Parse parse) {
    if (const auto content = kernel::read_file(file)) {
        for (const std::string& root : parse(content->bytes)) {
            add_place(list, root, "");
        }
    }
}

/// `base`.conf, and what is dropped into `base`.conf.d.
void add_roots_of_all(RootList& list, const std::string& base, Parse parse) {
    add_roots_of(list, base, parse);
    const auto drop_ins = kernel::open_directory(base + ".d");
    const auto names = drop_ins ? kernel::list_names(*drop_ins) : Result<std::vector<std::string>>();
    if (names) {
        for (const std::string& name : *names) {
            add_roots_of(list, fmt::format("{}.d/{}", base, name), parse);
        }
    }
}

/// Who has run a rootless daemon in this session has its configuration on a file system that answers. Other homes are
/// not touched: they may be on a server that is gone.
bool has_rootless_docker(const kernel::Directory& runtime) {
    return kernel::has_entry(runtime, "docker.pid") || kernel::has_entry(runtime, "docker.sock") ||
           kernel::has_entry(runtime, "dockerd-rootless");
}

/// Another user's file is read without following a link or a mount of theirs, and only they and root may own it.
Result<kernel::FileContent> read_user_configuration(std::uint32_t user, const std::string& name) {
    const kernel::UserDirectories directories = kernel::find_user_directories(user);
    if (user == geteuid()) {
        return kernel::read_file(directories.configuration + "/" + name);
    }
    CSTOP_TRY(const kernel::Directory home, kernel::open_unserved_directory(directories.home));
    CSTOP_TRY(kernel::FileContent file,
              kernel::read_file_below(home, ".config/" + name, kernel::largest_file, kernel::Crossing::same_mount));
    if (file.writers.owner != user && file.writers.owner != 0) {
        return fail(ErrorCode::denied, name + " belongs to somebody else");
    }
    return file;
}

void add_exec_root_of_user(RootList& list, const std::string& runtime) {
    const auto opened = kernel::open_unserved_directory(runtime);
    const auto writers = opened ? kernel::read_writers(*opened) : Result<kernel::Writers>();
    if (!opened || !writers || !has_rootless_docker(*opened)) {
        return;
    }
    if (const auto file = read_user_configuration(writers->owner, "docker/daemon.json")) {
        add_place_of_user(list, runtime, parse_exec_root(file->bytes, kernel::json_reader_for(file->writers)),
                          docker_roots);
    }
}

}  // namespace

std::string parse_exec_root(std::string_view daemon_json, JsonReader read) {
    const auto config = read(daemon_json, {"exec-root"});
    const std::string_view path = config ? (*config)["exec-root"].text().value_or("") : "";
    return path.starts_with('/') ? std::string(path) : std::string();
}

std::vector<std::string> parse_crio_roots(std::string_view crio_conf) {
    std::vector<std::string> roots;
    for (TomlString& each : parse_toml_strings(crio_conf)) {
        if (each.table.starts_with("crio.runtime.runtimes.") && each.key == "runtime_root" &&
            each.value.starts_with('/')) {
            roots.push_back(std::move(each.value));
        }
    }
    return roots;
}

std::vector<std::string> parse_podman_roots(std::string_view containers_conf) {
    std::vector<std::string> roots;
    for (const TomlString& each : parse_toml_strings(containers_conf)) {
        std::string_view flag = each.value;
        flag.remove_prefix(flag.starts_with("--") ? 2 : 0);
        if (each.table == "engine.runtimes_flags" && flag.starts_with("root=/")) {
            roots.emplace_back(flag.substr(5));
        }
    }
    return roots;
}

void add_configured_roots(RootList& list) {
    if (const auto file = kernel::read_file("/etc/docker/daemon.json")) {
        if (const std::string root = parse_exec_root(file->bytes, kernel::json_reader_for(file->writers));
            !root.empty()) {
            add_place(list, root, docker_roots);
        }
    }
    add_roots_of_all(list, "/etc/crio/crio.conf", parse_crio_roots);
    add_roots_of(list, "/usr/share/containers/containers.conf", parse_podman_roots);
    add_roots_of_all(list, "/etc/containers/containers.conf", parse_podman_roots);
    const auto own = kernel::find_user_directories(geteuid()).configuration;
    if (geteuid() != 0 && !own.empty()) {
        add_roots_of_all(list, own + "/containers/containers.conf", parse_podman_roots);
    }
    for (const std::string& runtime : find_runtime_directories()) {
        add_exec_root_of_user(list, runtime);
    }
}

}  // namespace cstop::discover
