#pragma once
// What became of many containers, in one line.

#include <cstddef>
#include <string>

#include "base/duration.hpp"
#include "base/error.hpp"
#include "model/outcome.hpp"

namespace cstop::report {

class Summary {
public:
    void add(const model::Outcome& outcome);
    /// An entry without a plan.
    void add(const Error& error);

    std::size_t count() const { return stopped_ + not_running_ + still_running_ + interrupted_ + failed_ + not_found_; }

    /// "stopped 12 (1 by SIGKILL), not running 2, failed 1, in 3.2 s": what did not occur is left out.
    std::string format(Duration duration) const;

private:
    std::size_t stopped_ = 0;
    std::size_t killed_ = 0;
    std::size_t not_running_ = 0;
    std::size_t still_running_ = 0;
    std::size_t interrupted_ = 0;
    std::size_t failed_ = 0;
    std::size_t not_found_ = 0;
};

}  // namespace cstop::report
