#include "kernel/process_table.hpp"

#include <string>

#include "base/text.hpp"
#include "kernel/directory.hpp"

namespace cstop::kernel {

Result<std::vector<std::int32_t>> list_processes() {
    CSTOP_TRY(const Directory proc, open_directory("/proc"));
    CSTOP_TRY(const std::vector<std::string> names, list_names(proc));
    std::vector<std::int32_t> pids;
    for (const std::string& name : names) {
        if (const auto pid = parse_number(name, 1, INT32_MAX)) {
            pids.push_back(static_cast<std::int32_t>(*pid));
        }
    }
    return pids;
}

}  // namespace cstop::kernel
