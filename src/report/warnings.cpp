#include "report/warnings.hpp"

#include <algorithm>

namespace cstop::report {

namespace {

void add(const std::vector<std::string>& more, std::vector<std::string>& warnings) {
    for (const std::string& warning : more) {
        if (std::ranges::find(warnings, warning) == warnings.end()) {
            warnings.push_back(warning);
        }
    }
}

}  // namespace

std::vector<std::string> list_warnings(const Entry& entry, const model::Outcome* outcome) {
    std::vector<std::string> warnings;
    if (entry.plan != nullptr) {
        warnings = entry.plan->warnings;
    }
    if (entry.evidence != nullptr) {
        add(entry.evidence->warnings, warnings);
    }
    if (outcome != nullptr) {
        add(outcome->warnings, warnings);
    }
    return warnings;
}

}  // namespace cstop::report
