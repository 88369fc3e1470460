#pragma once
// What a child that parses foreign bytes gives up before it looks at them.

namespace cstop::kernel {

/// Leaves the calling process nothing but computing, memory, read(2) of what is open, write(2) to `answer` and its end;
/// every other system call kills it. For good. What the kernel lacks of it is left out: seccomp, Landlock, or both.
void enter_parser_jail(int answer);

}  // namespace cstop::kernel
