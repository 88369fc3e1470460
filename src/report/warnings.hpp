#pragma once
// Everything that somebody has to be warned of, once each.

#include <string>
#include <vector>

#include "model/outcome.hpp"
#include "report/reporter.hpp"

namespace cstop::report {

/// Those of the plan, of the evidence and of the outcome, in this order. `outcome` may be null.
std::vector<std::string> list_warnings(const Entry& entry, const model::Outcome* outcome);

}  // namespace cstop::report
