#pragma once
// A system call filter under construction: libseccomp's, with its first error kept (seccomp(2), seccomp_rule_add(3)).

#include <cstdint>
#include <memory>

#include <seccomp.h>

#include "base/result.hpp"

namespace cstop::kernel {

/// Is this a build with a sanitizer? Its runtime makes calls of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif
#else
inline constexpr bool is_sanitized = false;
#endif

class SeccompFilter {
public:
    /// `otherwise`: what happens to a call without a rule, SCMP_ACT_...
    explicit SeccompFilter(std::uint32_t otherwise);

    void add(std::uint32_t action, int call);
    void add(std::uint32_t action, int call, scmp_arg_cmp condition);
    /// mmap or mprotect, but nothing that can be executed.
    void allow_data(int call);
    /// For good. Error: the first that any of these met.
    Result<void> load();
    /// The instructions (struct sock_filter) to an open file. Error: the first that any of these met.
    Result<void> write_program(int descriptor);

private:
    struct Release {
        void operator()(void* context) const { ::seccomp_release(context); }
    };
    void set(scmp_filter_attr attribute, std::uint32_t value);
    void note(int result);

    std::unique_ptr<void, Release> context_;
    int error_ = 0;
};

scmp_arg_cmp compare(unsigned argument, scmp_compare how, std::uint64_t one, std::uint64_t two = 0);

}  // namespace cstop::kernel
