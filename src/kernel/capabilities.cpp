#include "kernel/capabilities.hpp"

#include <array>
#include <cerrno>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace cstop::kernel {

namespace {

using Words = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

Result<Words> read_words() {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    Words words{};
    if (::syscall(SYS_capget, &header, words.data()) != 0) {
        return fail_with_errno(errno, "capget");
    }
    return words;
}

}  // namespace

Result<void> keep_capabilities(std::span<const int> kept) {
    CSTOP_TRY(Words words, read_words());
    if (words[0].permitted == 0 && words[1].permitted == 0) {
        return {};
    }
    Words mask{};
    for (const int capability : kept) {
        mask.at(static_cast<std::size_t>(capability) / 32).permitted |= 1U << (static_cast<unsigned>(capability) % 32);
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        words.at(i).permitted &= mask.at(i).permitted;
        words.at(i).effective = words.at(i).permitted;
        words.at(i).inheritable = 0;
    }
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    if (::syscall(SYS_capset, &header, words.data()) != 0) {
        return fail_with_errno(errno, "capset");
    }
    return {};
}

Result<std::uint64_t> read_capabilities() {
    CSTOP_TRY(const Words words, read_words());
    return (std::uint64_t{words[1].effective} << 32U) | words[0].effective;
}

}  // namespace cstop::kernel
