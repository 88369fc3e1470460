#include "settings/meta_database.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/bbolt.hpp"
#include "base/json.hpp"
#include "settings/protobuf.hpp"

namespace cstop::settings {

namespace {

using Record = std::optional<ContainerRecord>;

constexpr std::uint64_t any_value_field = 2;

constexpr std::array record_texts = {
    &ContainerRecord::stop_signal,    &ContainerRecord::stop_timeout,       &ContainerRecord::restart_policy,
    &ContainerRecord::restart_status, &ContainerRecord::explicitly_stopped, &ContainerRecord::image_name,
    &ContainerRecord::image_digest,   &ContainerRecord::cri_metadata,
};

Result<std::string> read_text(const BboltSnapshot& snapshot, const BboltBucket& bucket, std::string_view key) {
    CSTOP_TRY(std::optional<std::string> value, snapshot.find_value(bucket, key));
    return std::move(value).value_or("");
}

Result<void> take_labels(ContainerRecord& record, const BboltSnapshot& snapshot, const BboltBucket& container) {
    CSTOP_TRY(const auto labels, snapshot.find_bucket(container, {"labels"}));
    if (!labels) {
        return {};
    }
    CSTOP_TRY(record.stop_signal, read_text(snapshot, *labels, "io.containerd.image.config.stop-signal"));
    CSTOP_TRY(record.stop_timeout, read_text(snapshot, *labels, "nerdctl/stop-timeout"));
    CSTOP_TRY(record.restart_policy, read_text(snapshot, *labels, "containerd.io/restart.policy"));
    CSTOP_TRY(record.restart_status, read_text(snapshot, *labels, "containerd.io/restart.status"));
    CSTOP_TRY(record.explicitly_stopped, read_text(snapshot, *labels, "containerd.io/restart.explicitly-stopped"));
    CSTOP_TRY(const std::string kind, read_text(snapshot, *labels, "io.cri-containerd.kind"));
    record.is_sandbox = kind == "sandbox";
    return {};
}

Result<void> take_extension(ContainerRecord& record, const BboltSnapshot& snapshot, const BboltBucket& container) {
    CSTOP_TRY(const auto extensions, snapshot.find_bucket(container, {"extensions"}));
    if (!extensions) {
        return {};
    }
    CSTOP_TRY(const std::string any, read_text(snapshot, *extensions, "io.cri-containerd.container.metadata"));
    record.cri_metadata = find_protobuf_bytes(any, any_value_field).value_or("");
    return {};
}

Result<void> take_image(ContainerRecord& record, const BboltSnapshot& snapshot, std::string_view name_space) {
    CSTOP_TRY(const auto target,
              snapshot.find_bucket(snapshot.root(), {"v1", name_space, "images", record.image_name, "target"}));
    if (target) {
        CSTOP_TRY(record.image_digest, read_text(snapshot, *target, "digest"));
    }
    return {};
}

// The number is the kubelet's enum of names (k8s.io/cri-api v1, Signal), not a signal's number.
std::string format_cri_signal(std::int64_t value) {
    constexpr std::array<std::string_view, 36> names = {
        "",        "SIGABRT", "SIGALRM",   "SIGBUS",  "SIGCHLD",   "SIGCLD",   "SIGCONT", "SIGFPE",  "SIGHUP",
        "SIGILL",  "SIGINT",  "SIGIO",     "SIGIOT",  "SIGKILL",   "SIGPIPE",  "SIGPOLL", "SIGPROF", "SIGPWR",
        "SIGQUIT", "SIGSEGV", "SIGSTKFLT", "SIGSTOP", "SIGSYS",    "SIGTERM",  "SIGTRAP", "SIGTSTP", "SIGTTIN",
        "SIGTTOU", "SIGURG",  "SIGUSR1",   "SIGUSR2", "SIGVTALRM", "SIGWINCH", "SIGXCPU", "SIGXFSZ", "SIGRTMIN"};
    constexpr std::int64_t rtmin = 35;
    constexpr std::int64_t rtmax = 65;
    constexpr std::int64_t last_above_rtmin = rtmin + 15;
    if (value <= rtmin) {
        return std::string(names.at(static_cast<std::size_t>(value)));
    }
    if (value <= last_above_rtmin) {
        return fmt::format("SIGRTMIN+{}", value - rtmin);
    }
    return value == rtmax ? "SIGRTMAX" : fmt::format("SIGRTMAX-{}", rtmax - value);
}

}  // namespace

Result<Record> read_container_record(const PageSource& database, std::string_view name_space, std::string_view id) {
    return read_consistently(database, [&](const BboltSnapshot& snapshot) -> Result<Record> {
        CSTOP_TRY(const auto container, snapshot.find_bucket(snapshot.root(), {"v1", name_space, "containers", id}));
        if (!container) {
            return Record();
        }
        ContainerRecord record;
        CSTOP_CHECK(take_labels(record, snapshot, *container));
        CSTOP_CHECK(take_extension(record, snapshot, *container));
        CSTOP_TRY(record.image_name, read_text(snapshot, *container, "image"));
        if (!record.image_name.empty()) {
            CSTOP_CHECK(take_image(record, snapshot, name_space));
        }
        return Record(std::move(record));
    });
}

Json pack_container_record(const ContainerRecord& record) {
    Json::Array parts;
    for (const auto text : record_texts) {
        parts.emplace_back(Json::Value(record.*text));
    }
    parts.emplace_back(Json::Value(record.is_sandbox));
    return Json(Json::Value(std::move(parts)));
}

ContainerRecord unpack_container_record(const Json& packed) {
    ContainerRecord record;
    const auto parts = packed.elements();
    if (parts.size() != record_texts.size() + 1) {
        return record;
    }
    for (std::size_t i = 0; i < record_texts.size(); ++i) {
        record.*record_texts.at(i) = parts[i].text().value_or("");
    }
    record.is_sandbox = parts.back().boolean().value_or(false);
    return record;
}

Result<CriMetadata> parse_cri_metadata(std::string_view json, JsonReader read) {
    CSTOP_TRY(const Json document, read(json, {"Metadata.StopSignal", "Metadata.ImageRef",
                                               "Metadata.Config.stop_signal", "Metadata.Config.annotations"}));
    const Json& metadata = document["Metadata"];
    if (!metadata.is_object()) {
        return fail(ErrorCode::damaged, "the CRI's record has no Metadata");
    }
    constexpr std::string_view grace_annotation = "io.kubernetes.pod.terminationGracePeriod";
    CriMetadata parsed{
        .stop_signal = format_cri_signal(metadata["Config"]["stop_signal"].integer(0, 65).value_or(0)),
        .image = std::string(metadata["ImageRef"].text().value_or("")),
        .termination_grace = std::string(metadata["Config"]["annotations"][grace_annotation].text().value_or(""))};
    if (parsed.stop_signal.empty()) {
        parsed.stop_signal = metadata["StopSignal"].text().value_or("");
    }
    return parsed;
}

}  // namespace cstop::settings
