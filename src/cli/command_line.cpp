// CLI11 2.1.2 has habits that would surprise whoever stops containers, and each is met here before or after it parses:
//   `--cidfile= web`   takes "web" as the value          -> an empty value is refused first
//   `--all=false`      is a flag that is off             -> a flag with a value is refused first
//   `[a]`              is the list of one word "a"       -> words have a fixed number, which turns lists off
//   `-5`, `---x`       are words                         -> a word that begins with a dash is an unknown option
//   `--timeout --`     takes "--" as the value           -> it sees only what stands before the first "--"

#include "cli/command_line.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "base/text.hpp"

namespace cstop::cli {

namespace {

using Arguments = std::vector<std::string>;

/// CLI11 throws when an option has another number of values than it expects; words are counted by nobody.
constexpr int more_words_than_fit = 1 << 28;

Failure refuse(std::string what) {
    return fail(ErrorCode::usage, std::move(what));
}

Failure refuse_unknown(std::string_view option) {
    return refuse(fmt::format("unknown option {} (see cstop --help)", quote_text(option)));
}

model::WordSource make_word(const std::string& word) {
    const auto kind = word == "-" ? model::WordSource::Kind::standard_input : model::WordSource::Kind::argument;
    return {.kind = kind, .text = word};
}

/// `--name=` and `--flag=value`.
Result<void> check_equal_signs(const Arguments& arguments) {
    for (const std::string_view argument : arguments) {
        const std::size_t equal_sign = argument.find('=');
        if (!argument.starts_with("--") || equal_sign == std::string_view::npos) {
            continue;
        }
        const Option* const option = find_long_option(argument.substr(2, equal_sign - 2));
        if (option == nullptr) {
            return refuse_unknown(argument.substr(0, equal_sign));
        }
        if (option->is_flag()) {
            return refuse(fmt::format("{}: takes no value, got {}", long_name(*option),
                                      quote_text(argument.substr(equal_sign + 1))));
        }
        if (equal_sign + 1 == argument.size()) {
            return refuse(fmt::format("{}: needs a value", long_name(*option)));
        }
    }
    return {};
}

/// "--timeout" for "--timeout", "-t" and "-nt".
std::string find_typed_name(const std::string& argument) {
    if (!argument.starts_with("--")) {
        for (const Option& option : all_options()) {
            if (option.names.starts_with(std::string{'-', argument.back(), ','})) {
                return std::string(long_name(option));
            }
        }
    }
    return escape_text(argument);
}

/// CLI11 tells the rest of a cluster: "-ll" when `-all` was typed. Shows what was typed.
Failure refuse_extra(const std::string& extra, const Arguments& arguments) {
    const std::string_view letters = std::string_view(extra).substr(1);
    const bool is_short = extra.starts_with('-') && !extra.starts_with("--");
    if (is_short && std::ranges::find(arguments, extra) == arguments.end()) {
        for (const std::string_view argument : arguments) {
            if (argument.starts_with('-') && !argument.starts_with("--") && argument.ends_with(letters)) {
                return refuse(fmt::format("unknown option '-{}' in {} (see cstop --help)",
                                          escape_text(letters.substr(0, 1)), quote_text(argument)));
            }
        }
    }
    return refuse_unknown(std::string_view(extra).substr(0, extra.find('=')));
}

bool has_name(const Option& option, std::string_view name) {
    for (std::string_view names = option.names; !names.empty();) {
        const std::size_t end = std::min(names.find(','), names.size());
        if (names.substr(0, end) == name) {
            return true;
        }
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return false;
}

/// "-nt" has those of "-n" and of "-t".
bool has_letter_among(const Option& option, std::string_view letters) {
    for (std::size_t i = 1; i < letters.size(); ++i) {
        if (has_name(option, std::string{'-', letters[i]})) {
            return true;
        }
    }
    return false;
}

/// Could it be one of the arguments, alone, with a value, or in a cluster of letters? CLI11 compares every option with
/// every other one when it is added, which costs more than finding a container: the others are not added.
bool may_be_among(const Option& option, const Arguments& arguments) {
    for (const std::string_view argument : arguments) {
        if (argument.starts_with("--") ? has_name(option, argument.substr(0, argument.find('=')))
                                       : argument.starts_with('-') && has_letter_among(option, argument)) {
            return true;
        }
    }
    return false;
}

/// The table's options in a CLI11 application.
class Parser {
public:
    explicit Parser(const Arguments& arguments) {
        app_.set_help_flag();
        app_.allow_extras();
        const auto keep = [](const CLI::results_t&) { return true; };
        for (const Option& option : all_options()) {
            if (!may_be_among(option, arguments)) {
                continue;
            }
            CLI::Option* const added = option.is_flag() ? app_.add_flag(std::string(option.names))
                                                        : app_.add_option(std::string(option.names), keep);
            added->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
            options_.emplace(added, &option);
        }
        app_.add_option("CONTAINER", keep)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
            ->expected(more_words_than_fit);
    }

    Result<Typed> parse(const Arguments& arguments) {
        try {
            app_.parse(Arguments(arguments.rbegin(), arguments.rend()));
        } catch (const CLI::ArgumentMismatch&) {
            // Only the last argument can lack a value: every other one would have taken what follows it.
            return refuse(fmt::format("{}: needs a value", find_typed_name(arguments.back())));
        } catch (const CLI::Error& error) {
            return refuse(escape_text(error.what()));
        }
        if (const Arguments extras = app_.remaining(); !extras.empty()) {
            return refuse_extra(extras.front(), arguments);
        }
        return collect();
    }

private:
    /// In the order of the command line.
    Result<Typed> collect() {
        Typed typed;
        std::map<const CLI::Option*, std::size_t> seen;
        for (const CLI::Option* const parsed : app_.parse_order()) {
            const std::string& value = parsed->results().at(seen[parsed]++);
            const auto option = options_.find(parsed);
            if (option != options_.end()) {
                CSTOP_CHECK(take_option(*option->second, value, typed));
            } else {
                CSTOP_CHECK(take_word(value, typed));
            }
        }
        return typed;
    }

    static Result<void> take_option(const Option& option, const std::string& value, Typed& typed) {
        if (const auto* const flag = std::get_if<bool Typed::*>(&option.target)) {
            typed.*(*flag) = true;
            return {};
        }
        if (value.empty()) {
            return refuse(fmt::format("{}: needs a value, not an empty one", long_name(option)));
        }
        if (const auto* const values = std::get_if<Typed::Values Typed::*>(&option.target)) {
            (typed.*(*values)).push_back(value);
        } else {
            typed.words.push_back({.kind = model::WordSource::Kind::cidfile, .text = value});
        }
        return {};
    }

    static Result<void> take_word(const std::string& word, Typed& typed) {
        if (word.size() > 1 && word.starts_with('-')) {
            return refuse_unknown(word);
        }
        typed.words.push_back(make_word(word));
        return {};
    }

    CLI::App app_;
    std::map<const CLI::Option*, const Option*> options_;
};

}  // namespace

Result<Typed> parse_command_line(std::span<const char* const> arguments) {
    const auto options_end = std::ranges::find(arguments, std::string_view("--"));
    const Arguments before(arguments.begin(), options_end);
    CSTOP_CHECK(check_equal_signs(before));
    CSTOP_TRY(Typed typed, Parser(before).parse(before));
    if (options_end != arguments.end()) {
        for (const char* const word : std::span(options_end + 1, arguments.end())) {
            typed.words.push_back(make_word(word));
        }
    }
    return typed;
}

}  // namespace cstop::cli
