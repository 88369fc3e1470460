// The words that name containers, from arguments, cidfiles and standard input.

#include <fmt/format.h>

#include "base/text.hpp"
#include "discover/discovery.hpp"
#include "discover/selection.hpp"
#include "kernel/directory.hpp"

namespace cstop::discover {

namespace {

constexpr std::size_t largest_cidfile = 4096;
constexpr std::size_t largest_input = 4UL * 1024 * 1024;

/// docker and podman write the id without a newline; an editor or echo adds one.
Result<void> add_cidfile(const std::string& path, bool ignore_missing, std::vector<std::string>& words) {
    const auto file = kernel::read_file(path, largest_cidfile);
    if (!file) {
        if (ignore_missing && file.error().code == ErrorCode::not_found) {
            return {};
        }
        return Failure(
            Error{.code = ErrorCode::usage,
                  .errno_value = file.error().errno_value,
                  .what = file.error().errno_value != 0 ? "open --cidfile " + path : "--cidfile " + file.error().what,
                  .advice = file.error().advice});
    }
    std::string_view id = file->bytes;
    if (id.ends_with('\n')) {
        id.remove_suffix(1);
    }
    if (!is_container_id(id)) {
        return fail(ErrorCode::usage,
                    fmt::format("--cidfile {}: {}", path, id.empty() ? "empty" : "holds no container id"));
    }
    words.emplace_back(id);
    return {};
}

/// One word a line. An empty line is none, so that the empty output of another command stops nothing.
Result<void> add_input(std::vector<std::string>& words) {
    const auto input = kernel::read_standard_input(largest_input);
    if (!input) {
        return Failure(Error{.code = ErrorCode::usage,
                             .errno_value = input.error().errno_value,
                             .what = input.error().errno_value != 0 ? "read standard input" : input.error().what});
    }
    std::size_t number = 0;
    for (const std::string_view line : split_text(*input, '\n')) {
        ++number;
        if (line.empty()) {
            continue;
        }
        if (!is_word(line)) {
            return fail(ErrorCode::usage,
                        fmt::format("standard input, line {}: '{}' is no container id or name", number, line));
        }
        words.emplace_back(line);
    }
    return {};
}

}  // namespace

Result<std::vector<std::string>> read_words(const model::Request& request) {
    std::vector<std::string> words;
    bool has_read_input = false;
    for (const model::WordSource& source : request.words) {
        switch (source.kind) {
            case model::WordSource::Kind::argument:
                if (!is_word(source.text)) {
                    return fail(ErrorCode::usage,
                                fmt::format("{} is no container id or name", quote_text(source.text)));
                }
                words.push_back(source.text);
                break;
            case model::WordSource::Kind::cidfile:
                CSTOP_CHECK(add_cidfile(source.text, request.ignore_missing, words));
                break;
            case model::WordSource::Kind::standard_input:
                if (!has_read_input) {
                    CSTOP_CHECK(add_input(words));
                    has_read_input = true;
                }
                break;
        }
    }
    return words;
}

}  // namespace cstop::discover
