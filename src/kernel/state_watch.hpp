#pragma once
// Waiting for a container's state directory to come back: an engine starts a container anew under its old id.

#include <string>

#include "base/result.hpp"
#include "kernel/descriptor.hpp"

namespace cstop::kernel {

/// Directories that are watched for new entries (inotify(7)).
class StateWatch {
public:
    static Result<StateWatch> make();

    /// Error: when the directory cannot be watched.
    Result<void> add(const std::string& directory);

    /// Forgets what was reported so far.
    void drain();

    /// Readable when something appeared.
    const Descriptor& descriptor() const { return descriptor_; }

private:
    Descriptor descriptor_;
};

}  // namespace cstop::kernel
