#pragma once
// Every option, once: the parser and --help are made from this table.

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/request.hpp"

namespace cstop::cli {

/// The command line split into options and words, as typed. Options that may be given once keep every value: the last
/// one counts, and all are checked.
struct Typed {
    using Values = std::vector<std::string>;

    std::vector<model::WordSource> words;  ///< CONTAINERs and --cidfile files in their order
    bool all = false;
    Values filters;
    Values engines;
    Values name_spaces;
    Values pods;
    Values roots;
    bool ignore_missing = false;

    Values timeouts;
    Values signals;
    Values kill_timeouts;
    Values schedules;
    Values image_configs;
    bool fail_on_kill = false;
    bool skip_futile_grace = false;
    bool no_sandbox = false;

    bool list = false;
    bool dry_run = false;
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    Values progress;
    Values color;
    bool help = false;
    bool version = false;
};

/// --cidfile: its values become words.
struct WordFile {};

struct Option {
    using Target = std::variant<bool Typed::*, Typed::Values Typed::*, WordFile>;

    std::string_view group;  ///< heading in --help
    std::string_view names;  ///< as CLI11 takes them: "-t,--timeout,--time"
    std::string_view type;   ///< empty: a flag, which takes no value
    std::string_view text;
    Target target;

    bool is_flag() const { return type.empty(); }
};

std::span<const Option> all_options();

/// The option with this long name, without its dashes; none: null.
const Option* find_long_option(std::string_view name);

/// How messages call it: "--timeout".
std::string_view long_name(const Option& option);

}  // namespace cstop::cli
