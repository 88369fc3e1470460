// CRI-O: everything is in annotations that it writes itself. The stop signal is the common one, sometimes in the CRI's
// spelling, SIGRTMINPLUS3 (formats.md 3.1, 3.6).

#include "settings/engine.hpp"
#include "settings/systemd_timeout.hpp"

namespace cstop::settings {

namespace {

EngineSettings read_settings(const model::Container& container) {
    EngineSettings settings;
    constexpr std::string_view grace_annotation = "io.kubernetes.pod.terminationGracePeriod";
    if (const auto text = model::find_annotation(container, grace_annotation)) {
        settings.grace = parse_stated_grace(*text, "annotation " + std::string(grace_annotation), settings.warnings);
    }
    if (!settings.grace) {
        settings.grace = read_systemd_timeout(container, settings.warnings);
    }
    settings.restart = make_kubelet_restart(container);
    return settings;
}

}  // namespace

const Engine crio_engine = {
    .name = "cri-o",
    .read_settings = read_settings,
    .read_image_signal = nullptr,
};

}  // namespace cstop::settings
