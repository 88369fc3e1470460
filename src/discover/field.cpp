#include "discover/field.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

namespace cstop::discover {

namespace {

/// PID_MAX_LIMIT of a 64-bit kernel, include/linux/threads.h.
constexpr std::int64_t highest_pid = 4194304;

}  // namespace

const Json* find_field(const Json& object, std::string_view key) {
    const auto members = object.members();
    const auto found = std::ranges::find(members, key, &Json::Member::first);
    return found == members.end() ? nullptr : &found->second;
}

Result<std::optional<std::int32_t>> parse_pid_field(const Json& object, std::string_view key) {
    const Json* const field = find_field(object, key);
    if (field == nullptr) {
        return std::nullopt;
    }
    const auto pid = field->integer(-1, highest_pid);
    // 1 is the host's init: no container's, and never to be signalled (R6).
    if (!pid || *pid == 1) {
        return fail(ErrorCode::damaged, fmt::format("{}: not a pid (an integer of 2..{})", key, highest_pid));
    }
    if (*pid <= 0) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(*pid);
}

Result<std::uint64_t> parse_start_field(const Json& object, std::string_view key) {
    const auto start = object[key].natural();
    if (!start || *start == 0) {
        return fail(ErrorCode::damaged, fmt::format("{}: not a start time (an integer above 0)", key));
    }
    return *start;
}

Result<std::string> parse_text_field(const Json& object, std::string_view key) {
    const Json& field = object[key];
    if (field.is_null()) {
        return std::string();
    }
    const auto text = field.text();
    if (!text) {
        return fail(ErrorCode::damaged, fmt::format("{}: not a string", key));
    }
    return std::string(*text);
}

Result<void> check_id_field(const Json& object, std::string_view key, std::string_view id) {
    const Json* const field = find_field(object, key);
    if (field != nullptr && field->text() != id) {
        return fail(ErrorCode::damaged, fmt::format("{}: not the name of its directory", key));
    }
    return {};
}

std::vector<model::Annotation> parse_annotations(const Json& object) {
    std::vector<model::Annotation> annotations;
    for (const auto& [key, value] : object.members()) {
        if (const auto text = value.text()) {
            annotations.emplace_back(key, *text);
        }
    }
    return annotations;
}

std::string find_engine_directory(const Json& mounts, std::string_view id) {
    constexpr std::array<std::string_view, 3> files = {"/etc/hostname", "/etc/hosts", "/etc/resolv.conf"};
    for (const Json& mount : mounts.elements()) {
        const auto destination = mount["destination"].text();
        const auto source = mount["source"].text();
        if (!destination || !source || std::ranges::find(files, *destination) == files.end()) {
            continue;
        }
        const std::string_view directory = source->substr(0, source->rfind('/'));
        if (source->starts_with('/') && directory.ends_with(fmt::format("/containers/{}", id))) {
            return std::string(directory);
        }
    }
    return {};
}

bool contains_text(std::string_view text, std::string_view part) {
    // An empty text may be at a null pointer, which memmem must not get.
    return !text.empty() && ::memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

bool may_name_engine_directory(std::string_view text, std::string_view id) {
    // Neither Go nor libocispec escapes a slash, and an id has nothing to escape. Most texts lack even the first part.
    constexpr std::string_view first = "/containers/";
    return contains_text(text, first) && contains_text(text, std::string(first).append(id).append("/"));
}

}  // namespace cstop::discover
