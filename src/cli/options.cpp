#include "cli/options.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace cstop::cli {

namespace {

constexpr std::string_view which = "Which containers";
constexpr std::string_view how = "How they are stopped";
constexpr std::string_view said = "What is said";

constexpr std::array options = {
    Option{which, "-a,--all", "", "Every running container.", &Typed::all},
    Option{which, "-f,--filter", "KEY=VALUE",
           "Every container that matches; repeats, and all must match. Keys: name (a glob), id (a prefix), engine, "
           "namespace, label (K or K=V), pod, status.",
           &Typed::filters},
    Option{which, "--pod", "NAME", "Every container of this pod (NAME or NAMESPACE/NAME), its sandbox last.",
           &Typed::pods},
    Option{which, "--engine", "NAME",
           "Look only at containers of docker, containerd, kubernetes, podman, cri-o, buildkit, buildah, runc, crun or "
           "youki.",
           &Typed::engines},
    Option{which, "--namespace", "NAME", "Look only in this namespace of containerd or docker.", &Typed::name_spaces},
    Option{which, "--cidfile", "FILE", "Read a container's id from FILE; repeats.", WordFile{}},
    Option{which, "-i,--ignore", "", "A container that does not exist is not an error.", &Typed::ignore_missing},
    Option{which, "--root", "DIR", "Look only in this state root of a runtime; repeats.", &Typed::roots},

    Option{
        how, "-t,--timeout,--time", "DURATION",
        "Grace between the stop signal and SIGKILL: 10, 1.5, 500ms, 1m30s. 0: SIGKILL at once. -1 or infinity: never "
        "SIGKILL. Default: the container's own, else 10. --time is the same.",
        &Typed::timeouts},
    Option{how, "-s,--signal", "SIGNAL", "Send this instead of the container's own stop signal.", &Typed::signals},
    Option{how, "--kill-timeout", "DURATION", "How long to wait after each SIGKILL. Default: 60.",
           &Typed::kill_timeouts},
    Option{how, "--schedule", "SPEC", "Replace the whole escalation: HUP/5/TERM/20/KILL@all/60.", &Typed::schedules},
    Option{how, "--image-config", "PATH[:REF]",
           "Take the stop signal from this OCI image config file, or OCI image layout directory.",
           &Typed::image_configs},
    Option{how, "--skip-futile-grace", "",
           "Do not wait for a signal that init has no handler for, so that it provably never sees it.",
           &Typed::skip_futile_grace},
    Option{how, "--fail-on-kill", "", "Exit with 5 when SIGKILL was needed.", &Typed::fail_on_kill},
    Option{how, "--no-sandbox", "", "Keep every privilege and system call; for debugging cstop only.",
           &Typed::no_sandbox},

    Option{said, "-l,--list", "",
           "What could be stopped: a table, ids with -q, objects with --json. With --all also what is stopped.",
           &Typed::list},
    Option{said, "-n,--dry-run", "", "Say what would be done and why; touch nothing.", &Typed::dry_run},
    Option{said, "--json", "", "One JSON object a container on standard output.", &Typed::json},
    Option{said, "-q,--quiet", "", "Nothing but errors.", &Typed::quiet},
    Option{said, "-v,--verbose", "", "Every step, with times.", &Typed::verbose},
    Option{said, "--progress", "WHEN",
           "Live lines with the time left before SIGKILL: auto (on a terminal), always or never.", &Typed::progress},
    Option{said, "--color", "WHEN", "Colors: auto (on a terminal, without NO_COLOR), always or never.", &Typed::color},
    Option{said, "-h,--help", "", "This help.", &Typed::help},
    Option{said, "-V,--version", "", "The version.", &Typed::version},
};

}  // namespace

std::span<const Option> all_options() {
    return options;
}

const Option* find_long_option(std::string_view name) {
    const auto has_name = [name](const Option& option) {
        return std::ranges::any_of(split_text(option.names, ','), [name](std::string_view candidate) {
            return candidate.starts_with("--") && candidate.substr(2) == name;
        });
    };
    const auto* const found = std::ranges::find_if(options, has_name);
    return found == options.end() ? nullptr : found;
}

std::string_view long_name(const Option& option) {
    const std::string_view names = option.names.substr(option.names.find("--"));
    return names.substr(0, names.find(','));
}

}  // namespace cstop::cli
