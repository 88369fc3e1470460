#include "kernel/seccomp_filter.hpp"

#include <cerrno>
#include <sys/mman.h>

namespace cstop::kernel {

SeccompFilter::SeccompFilter(std::uint32_t otherwise) : context_(::seccomp_init(otherwise)) {
    set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    set(SCMP_FLTATR_CTL_OPTIMIZE, 2);  // a tree: every call passes here
}

void SeccompFilter::add(std::uint32_t action, int call) {
    note(::seccomp_rule_add_array(context_.get(), action, call, 0, nullptr));
}

void SeccompFilter::add(std::uint32_t action, int call, scmp_arg_cmp condition) {
    note(::seccomp_rule_add_array(context_.get(), action, call, 1, &condition));
}

void SeccompFilter::allow_data(int call) {
    add(SCMP_ACT_ALLOW, call, compare(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

Result<void> SeccompFilter::load() {
    if (!context_) {
        return fail_with_errno(ENOMEM, "make a system call filter");
    }
    note(::seccomp_load(context_.get()));
    if (error_ != 0) {
        return fail_with_errno(-error_, "load a system call filter");
    }
    return {};
}

Result<void> SeccompFilter::write_program(int descriptor) {
    if (!context_) {
        return fail_with_errno(ENOMEM, "make a system call filter");
    }
    note(::seccomp_export_bpf(context_.get(), descriptor));
    if (error_ != 0) {
        return fail_with_errno(-error_, "write a system call filter");
    }
    return {};
}

void SeccompFilter::set(scmp_filter_attr attribute, std::uint32_t value) {
    note(::seccomp_attr_set(context_.get(), attribute, value));
}

void SeccompFilter::note(int result) {
    if (result < 0 && error_ == 0) {
        error_ = result;
    }
}

scmp_arg_cmp compare(unsigned argument, scmp_compare how, std::uint64_t one, std::uint64_t two) {
    return {.arg = argument, .op = how, .datum_a = one, .datum_b = two};
}

}  // namespace cstop::kernel
