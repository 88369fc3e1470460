#pragma once
// --list: what is there.

#include <span>
#include <string>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "model/request.hpp"
#include "report/reporter.hpp"
#include "report/stream.hpp"

namespace cstop::report {

/// "5s", "12m5s", "3h12m", "41d6h": the two largest units.
std::string format_age(Duration age);

/// A table on `out`, with --json an object a container, with -q an id a line. On `err` what could not be read:
/// containers, and in `problems` whole roots.
void show_list(const model::Request& request, std::span<const Entry> entries, std::span<const Error> problems,
               Stream& out, Stream& err);

}  // namespace cstop::report
