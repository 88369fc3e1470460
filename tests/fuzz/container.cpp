#include "container.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "discover/engine.hpp"
#include "fuzz.hpp"

namespace cstop::fuzz {

namespace {

constexpr std::array<std::string_view, 3> roots = {"/run/runc", "/run/docker/runtime-runc/moby",
                                                   "/run/containerd/runc/k8s.io"};

bool is_same(const model::Container& one, const model::Container& other) {
    return one.id == other.id && one.name == other.name && one.engine == other.engine &&
           one.name_space == other.name_space && one.bundle == other.bundle && one.pid == other.pid &&
           one.start_time == other.start_time && one.created == other.created && one.cgroups == other.cgroups &&
           one.annotations == other.annotations && one.pod == other.pod && one.pod_namespace == other.pod_namespace &&
           one.is_sandbox == other.is_sandbox && one.engine_directory == other.engine_directory &&
           one.has_private_pid_namespace == other.has_private_pid_namespace && one.warnings == other.warnings;
}

void check_identity(const model::Container& container, const discover::StateText& text) {
    REQUIRE(container.id == text.id);
    REQUIRE(!container.pid || (*container.pid >= 2 && *container.pid <= 4194304));
    REQUIRE(container.pid || container.start_time == 0);
    for (const model::CgroupPath& cgroup : container.cgroups) {
        REQUIRE(!cgroup.path.empty());
    }
    if (!container.engine_directory.empty()) {
        REQUIRE(container.engine_directory.starts_with('/'));
        REQUIRE(container.engine_directory.ends_with("/containers/" + container.id));
    }
}

/// A scan parses only what may have the name that is looked for: it must not pass over one that has it. Escapes are
/// left out: no runtime writes a name with them.
void check_scan(const model::Container& container, const discover::StateText& text, std::string_view root) {
    if (container.name.empty() || container.name.contains('/') || text.state.contains('\\') ||
        text.companion.contains('\\')) {
        return;
    }
    REQUIRE(discover::may_have_name(text, root));
    REQUIRE(discover::may_be_named(container.name, text, root));
}

void check_engine(const model::Container& container, const discover::StateText& text) {
    for (const std::string_view root : roots) {
        model::Container described = container;
        discover::describe_container(described, root);
        REQUIRE(std::ranges::find(model::known_engines(), described.engine) != model::known_engines().end());
        REQUIRE(described.pid == container.pid && described.start_time == container.start_time);
        model::Container again = described;
        discover::describe_container(again, root);
        REQUIRE(is_same(described, again));
        check_scan(described, text, root);
    }
}

}  // namespace

std::optional<model::Container> parse_checked(std::string_view input, Parse parse) {
    const auto [id, state, companion] = split_input<3>(input);
    const discover::StateText text = {
        .id = is_container_id(id) ? id : std::string_view("web"), .state = state, .companion = companion};
    auto parsed = parse(text);
    if (!parsed) {
        REQUIRE(parsed.error().code == ErrorCode::damaged);
        REQUIRE(!parsed.error().what.empty());
        return std::nullopt;
    }
    if (!*parsed) {
        return std::nullopt;
    }
    model::Container container = **std::move(parsed);
    check_identity(container, text);
    const auto again = parse(text);
    REQUIRE(again && *again && is_same(**again, container));
    container.runtime = "runc";
    check_engine(container, text);
    return container;
}

}  // namespace cstop::fuzz
