#include "kernel/membership.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "kernel/proc_file.hpp"

namespace cstop::kernel {

Memberships parse_memberships(std::string_view text) {
    Memberships memberships;
    for (const std::string_view line : split_text(text, '\n')) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first == std::string_view::npos ? first : first + 1);
        if (second == std::string_view::npos || line.substr(second + 1, 1) != "/") {
            continue;
        }
        Membership membership{.hierarchies = {}, .path = std::string(line.substr(second + 1))};
        for (const std::string_view name : split_text(line.substr(first + 1, second - first - 1), ',')) {
            membership.hierarchies.emplace_back(name);
        }
        memberships.push_back(std::move(membership));
    }
    return memberships;
}

Result<Memberships> read_memberships(std::int32_t pid) {
    CSTOP_TRY(const std::string text, read_proc_file(pid, "cgroup"));
    return parse_memberships(text);
}

const std::string* find_path(const Memberships& memberships, const std::vector<std::string>& hierarchies) {
    for (const Membership& membership : memberships) {
        const bool is_its = std::ranges::any_of(membership.hierarchies, [&](const std::string& name) {
            return std::ranges::find(hierarchies, name) != hierarchies.end();
        });
        if (is_its) {
            return &membership.path;
        }
    }
    return nullptr;
}

bool is_at_or_below(std::string_view path, std::string_view ancestor) {
    if (ancestor == "/") {
        return path.starts_with('/');
    }
    return path.starts_with(ancestor) && (path.size() == ancestor.size() || path[ancestor.size()] == '/');
}

}  // namespace cstop::kernel
