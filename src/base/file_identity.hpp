#pragma once
// Which file a name meant when it was looked at: a new one of the same name is another.

#include <cstdint>

namespace cstop {

struct FileIdentity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;   ///< some file systems give it away again at once, so it needs the next
    std::int64_t born_at = 0;  ///< nanoseconds since the epoch (statx(2), stx_btime); 0 where it is not kept
    bool operator==(const FileIdentity&) const = default;
};

}  // namespace cstop
