#include "cli/help.hpp"

#include <string_view>

#include "base/text.hpp"
#include "cli/options.hpp"

namespace cstop::cli {

namespace {

constexpr std::size_t width = 80;
constexpr std::size_t text_column = 30;

constexpr std::string_view head =
    R"(Usage: cstop [OPTIONS] CONTAINER...
       cstop [OPTIONS] --all | --filter KEY=VALUE
       cstop [OPTIONS] --list

Stops OCI containers without the daemon of their engine: the container's own
stop signal first, SIGKILL for all of it when the grace is over. CONTAINER is a
full id, an exact name or a unique prefix of an id; "-" reads them from standard
input, one a line.
)";

constexpr std::string_view tail = R"(
Examples:
  cstop -l                      what is there
  cstop web                     ask, wait 10 seconds, then SIGKILL
  cstop -t 1m30s web db         two containers at the same time, more patience
  cstop -n --all                what would be done to every running container
  cstop --json -f 'name=ci-*'   by name, with one JSON object for each

Exit status: 0 stopped or not running; 1 could not be read or signalled;
2 usage; 3 no such container; 4 still running; 5 SIGKILL was needed, with
--fail-on-kill. The manual is cstop(1).
)";

/// "  -t, --timeout DURATION", long options in one column.
std::string format_names(const Option& option) {
    const std::size_t dashes = option.names.find("--");
    std::string names = dashes == 0 ? "      " : "  " + std::string(option.names.substr(0, dashes - 1)) + ", ";
    names += long_name(option);
    if (!option.is_flag()) {
        names += ' ';
        names += option.type;
    }
    return names;
}

std::string format_option(const Option& option) {
    std::string text = format_names(option);
    std::size_t column = text.size();
    if (column + 2 > text_column) {
        text += '\n';
        column = 0;
    }
    text.append(text_column - column, ' ');
    column = text_column;
    for (const std::string_view word : split_text(option.text, ' ')) {
        if (column > text_column && column + 1 + word.size() > width) {
            text += '\n';
            text.append(text_column, ' ');
            column = text_column;
        }
        if (column > text_column) {
            text += ' ';
            ++column;
        }
        text += word;
        column += word.size();
    }
    return text + '\n';
}

}  // namespace

std::string format_help() {
    std::string help(head);
    std::string_view group;
    for (const Option& option : all_options()) {
        if (option.group != group) {
            group = option.group;
            help += '\n';
            help += group;
            help += ":\n";
        }
        help += format_option(option);
    }
    help += tail;
    return help;
}

std::string format_version() {
    return "cstop " CSTOP_VERSION "\n";
}

}  // namespace cstop::cli
