#pragma once
// Opening what others wrote, below a directory that we hold (faults.md R1, R2): no symlink, no escape, no device, no
// FIFO that blocks, no more bytes than asked for.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include "base/file_identity.hpp"
#include "base/result.hpp"
#include "kernel/descriptor.hpp"

namespace cstop::kernel {

/// The largest state or config file that is read.
inline constexpr std::size_t largest_file = 4UL * 1024 * 1024;

/// Who owns a file and who else may write it.
struct Writers {
    std::uint32_t owner = 0;
    bool others_may_write = false;  ///< group- or other-writable, and not a sticky directory
};

/// As fstat(2) told them.
Writers writers_of(const struct stat& status);

struct FileContent {
    std::string bytes;
    Writers writers;
};

/// A directory that is open. Things in it are named relative to it.
class Directory {
public:
    Directory() = default;
    explicit Directory(Descriptor descriptor, std::string path)
        : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

    int number() const { return descriptor_.number(); }
    bool is_open() const { return descriptor_.is_open(); }
    /// For messages only.
    const std::string& path() const { return path_; }

private:
    Descriptor descriptor_;
    std::string path_;
};

/// May a way lead into another mount? Where others can mount, it may be a FUSE that never answers (faults.md F14).
enum class Crossing { any_mount, same_mount };

/// A directory by its absolute path, symlinks followed: for roots that the user or a system convention names.
Result<Directory> open_directory(const std::string& path);

/// The same, and an error (unsupported) when it is on a FUSE, which is found out without asking it anything: the
/// process that serves it may hang, and everybody who asks hangs with it, whatever signal comes.
Result<Directory> open_unserved_directory(const std::string& path);

/// A directory below `parent`, without symlinks and without leaving it (openat2, Linux 5.6; else component by component
/// with O_NOFOLLOW, and mounts not noticed).
Result<Directory> open_directory_below(const Directory& parent, std::string_view relative,
                                       Crossing crossing = Crossing::any_mount);

Result<Writers> read_writers(const Directory& directory);

/// None when it cannot be told.
std::optional<FileIdentity> read_identity(const Directory& directory);

/// Of the directory that the absolute path `path` names now, no symlink followed at its end. None: there is none.
std::optional<FileIdentity> read_identity(const std::string& path);

/// A regular file below `parent`, whole. Errors: not_found; damaged when it is not regular or larger than `limit`;
/// denied.
Result<FileContent> read_file_below(const Directory& parent, std::string_view relative,
                                    std::size_t limit = largest_file, Crossing crossing = Crossing::any_mount);

/// What a file below `parent` holds, in `buffer`, which the next look may use again: two calls less than the whole
/// truth. It is not shown to be a regular file, nor whose it is: good for deciding whether to read it with
/// read_file_below, and for nothing else. No more than `largest_file` is read, nothing is waited for. Errors: as
/// read_file_below.
Result<std::string_view> peek_file_below(const Directory& parent, std::string_view relative, std::string& buffer,
                                         Crossing crossing = Crossing::any_mount);

/// A regular file by its absolute path, symlinks followed: for files that the user names.
Result<FileContent> read_file(const std::string& path, std::size_t limit = largest_file);

/// Everything that standard input holds, up to `limit`.
Result<std::string> read_standard_input(std::size_t limit);

/// Is there a `relative` of any kind below `parent`? Follows nothing.
bool has_entry(const Directory& parent, std::string_view relative);

/// Where the symlink `relative` below `parent` points.
Result<std::string> read_link_below(const Directory& parent, std::string_view relative);

/// The names in it, without "." and "..", unsorted.
Result<std::vector<std::string>> list_names(const Directory& directory);

}  // namespace cstop::kernel
