#pragma once
// Results that are told in argument order, whatever the order in which they come in.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/stream.hpp"

namespace cstop::report {

class Sequence {
public:
    /// `out` must outlive it.
    Sequence(std::size_t length, Stream& out) : texts_(length), out_(out) {}

    /// Entry `index` has this to say, maybe nothing. Writes it as soon as all before it have been finished. Only the
    /// first call for an entry counts.
    void finish(std::size_t index, std::string_view text) {
        if (!texts_.at(index)) {
            texts_[index] = text;
        }
        std::string ready;
        for (; next_ < texts_.size() && texts_[next_]; ++next_) {
            ready += *texts_[next_];
            texts_[next_]->clear();
        }
        if (!ready.empty()) {
            out_.write(ready);
        }
    }

private:
    std::vector<std::optional<std::string>> texts_;
    std::size_t next_ = 0;
    Stream& out_;
};

}  // namespace cstop::report
