#pragma once
// One container as a JSON object on one line, with the same keys in the same order always. The manual documents them.

#include <string>

#include "model/outcome.hpp"
#include "model/request.hpp"
#include "report/reporter.hpp"

namespace cstop::report {

/// The object and a newline; pure ASCII, valid JSON whatever bytes the names hold. No `outcome`: nothing was done
/// (--dry-run). An entry without a plan has its word as the name.
std::string format_json(const model::Request& request, const Entry& entry, const model::Outcome* outcome);

}  // namespace cstop::report
