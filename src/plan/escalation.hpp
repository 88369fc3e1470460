#pragma once
// The escalation, in one place.

#include <string>

#include "model/plan.hpp"
#include "model/request.hpp"

namespace cstop::plan {

/// STOPSIGNAL@init/T/KILL@all/K/KILL@init/K with T the grace and K the kill timeout; T = 0 leaves out the stop signal,
/// T without end leaves out SIGKILL; or the request's own schedule. Every signal is filled in.
model::Plan make_plan(const model::Request& request, std::string word, model::Container container,
                      model::StopSettings settings);

}  // namespace cstop::plan
