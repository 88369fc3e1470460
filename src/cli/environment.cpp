#include "cli/environment.hpp"

#include <cstdlib>

namespace cstop::cli {

namespace {

std::string read_variable(const char* name) {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread, and nobody calls setenv
    return value == nullptr ? "" : value;
}

}  // namespace

Environment read_environment() {
    return {.term = read_variable("TERM"), .no_color = read_variable("NO_COLOR")};
}

}  // namespace cstop::cli
