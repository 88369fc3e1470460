#pragma once
// What the environment says about the terminal.

#include <string>

namespace cstop::cli {

struct Environment {
    std::string term;      ///< $TERM; empty: not set
    std::string no_color;  ///< $NO_COLOR, which counts when it is not empty (no-color.org)
};

Environment read_environment();

}  // namespace cstop::cli
