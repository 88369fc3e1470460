#include "kernel/descriptor.hpp"

#include <unistd.h>

namespace cstop::kernel {

void Descriptor::close() {
    if (number_ >= 0) {
        // Linux closes the descriptor even when close(2) says EINTR: never again, the number may be somebody else's.
        ::close(std::exchange(number_, -1));
    }
}

}  // namespace cstop::kernel
