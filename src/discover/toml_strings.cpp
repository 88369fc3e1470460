#include "discover/toml_strings.hpp"

#include <algorithm>
#include <optional>

namespace cstop::discover {

namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// The characters that may stand around a key or between the keys of a table's name, taken off.
std::string make_plain(std::string_view name) {
    std::string plain(name);
    std::erase_if(plain, [](char c) { return c == '"' || c == '\'' || blanks.contains(c); });
    return plain;
}

class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::vector<TomlString> read() {
        while (!rest_.empty()) {
            skip_blanks();
            if (rest_.starts_with('[')) {
                const std::string_view line = take_line();
                const auto end = line.find(']');
                table_ = make_plain(line.substr(1, end == std::string_view::npos ? end : end - 1));
            } else if (rest_.starts_with('#')) {
                take_line();
            } else {
                read_assignment();
            }
        }
        return std::move(found_);
    }

private:
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

    std::string_view take_line() {
        const auto end = std::min(rest_.find('\n'), rest_.size());
        const std::string_view line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        return line;
    }

    void read_assignment() {
        const auto equals = rest_.find_first_of("=\n");
        if (equals == std::string_view::npos || rest_[equals] == '\n') {
            take_line();
            return;
        }
        key_ = make_plain(trim(rest_.substr(0, equals)));
        rest_.remove_prefix(equals + 1);
        skip_blanks();
        if (rest_.starts_with('[')) {
            rest_.remove_prefix(1);
            read_array();
        } else if (rest_.starts_with('"') || rest_.starts_with('\'')) {
            read_string();
        }
        take_line();
    }

    /// Strings, commas, comments and ends of lines, until its end. What else an array may hold ends it early.
    void read_array() {
        while (true) {
            rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n,"), rest_.size()));
            if (rest_.starts_with('#')) {
                take_line();
            } else if (rest_.starts_with('"') || rest_.starts_with('\'')) {
                if (!read_string()) {
                    return;
                }
            } else {
                return;
            }
        }
    }

    /// False: it does not end on its line.
    bool read_string() {
        const char quote = rest_.front();
        std::string value;
        std::size_t at = 1;
        while (at < rest_.size() && rest_[at] != quote && rest_[at] != '\n') {
            const bool is_escaped = quote == '"' && rest_[at] == '\\' && at + 1 < rest_.size() &&
                                    (rest_[at + 1] == '"' || rest_[at + 1] == '\\');
            at += is_escaped ? 1 : 0;
            value += rest_[at++];
        }
        const bool is_whole = at < rest_.size() && rest_[at] == quote;
        rest_.remove_prefix(is_whole ? at + 1 : at);
        if (is_whole) {
            found_.push_back({.table = table_, .key = key_, .value = std::move(value)});
        }
        return is_whole;
    }

    std::string_view rest_;
    std::string table_;
    std::string key_;
    std::vector<TomlString> found_;
};

}  // namespace

std::vector<TomlString> parse_toml_strings(std::string_view bytes) {
    return Reader(bytes).read();
}

}  // namespace cstop::discover
