#pragma once
// The evidence of a dry run in words: what each line of a block says.

#include <string>
#include <vector>

#include "model/evidence.hpp"
#include "model/plan.hpp"

namespace cstop::report {

/// "pid 4711 (nginx), proven by its start time, held by a pidfd"
std::string format_init(const model::Container& container, const model::Evidence& evidence);

/// "/web (v2, freezer)", a line each, those with one path together.
std::vector<std::string> format_cgroups(const model::Evidence& evidence);

/// "2: 4711 (nginx), 4712 (nginx)"
std::string format_processes(const model::Evidence& evidence);

/// "all through cgroup.kill of /sys/fs/cgroup/web"
std::string format_kill(const model::Evidence& evidence);

/// "init has a handler for SIGTERM"; empty: there is nothing to say.
std::string format_reception(const model::Evidence& evidence);

/// "at 0 s     SIGTERM to init, then up to 10 s", a line a step; one line that says why when nothing would be done.
std::vector<std::string> format_forecast(const model::Plan& plan, const model::Evidence& evidence);

}  // namespace cstop::report
