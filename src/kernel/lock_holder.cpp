#include "kernel/lock_holder.hpp"

#include <charconv>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <vector>

#include "base/text.hpp"
#include "kernel/proc_file.hpp"

namespace cstop::kernel {

namespace {

constexpr std::size_t largest_lock_list = 16UL * 1024 * 1024;

std::optional<unsigned> parse_hexadecimal(std::string_view text) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// "08:01:1234"
std::optional<LockedFile> parse_locked_file(std::string_view text) {
    const std::vector<std::string_view> parts = split_text(text, ':');
    if (parts.size() != 3) {
        return std::nullopt;
    }
    const auto major = parse_hexadecimal(parts[0]);
    const auto minor = parse_hexadecimal(parts[1]);
    const auto inode = parse_number(parts[2], 0, UINT64_MAX);
    return major && minor && inode ? std::optional(LockedFile{.major = *major, .minor = *minor, .inode = *inode})
                                   : std::nullopt;
}

std::vector<std::string_view> split_words(std::string_view line) {
    std::vector<std::string_view> words = split_text(line, ' ');
    std::erase(words, std::string_view());
    return words;
}

}  // namespace

std::optional<std::int32_t> parse_lock_holder(std::string_view locks, const LockedFile& file) {
    // "3: FLOCK  ADVISORY  WRITE 812 00:19:1234 0 EOF"; who waits has "->" behind the number.
    constexpr std::size_t kind = 1;
    constexpr std::size_t holder = 4;
    constexpr std::size_t name = 5;
    for (const std::string_view line : split_text(locks, '\n')) {
        const std::vector<std::string_view> words = split_words(line);
        if (words.size() <= name || words[kind] != "FLOCK" || parse_locked_file(words[name]) != file) {
            continue;
        }
        if (const auto pid = parse_number(words[holder], 1, INT32_MAX)) {
            return static_cast<std::int32_t>(*pid);
        }
    }
    return std::nullopt;
}

std::optional<std::int32_t> find_lock_holder(const Directory& directory) {
    struct stat status{};
    if (!directory.is_open() || ::fstat(directory.number(), &status) != 0) {
        return std::nullopt;
    }
    const Result<std::string> locks = read_proc_path("/proc/locks", largest_lock_list);
    return locks ? parse_lock_holder(*locks, {.major = gnu_dev_major(status.st_dev),
                                              .minor = gnu_dev_minor(status.st_dev),
                                              .inode = status.st_ino})
                 : std::nullopt;
}

}  // namespace cstop::kernel
