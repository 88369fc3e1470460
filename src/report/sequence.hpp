#pragma once
// Results that are told in argument order, whatever the order in which they come in.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/stream.hpp"

namespace cstop::report {

class Sequence {
public:
    /// `out` must outlive it.
    Sequence(std::size_t length, Stream& out) : told_(length), out_(out) {}

    /// Entry `index` has this to say, maybe nothing. Writes it as soon as all before it have been finished. Only the
    /// first call for an entry counts.
    void finish(std::size_t index, std::string_view text) {
        Told& told = told_.at(index);
        if (!told.is_finished) {
            told = {.text = std::string(text), .is_finished = true};
        }
        std::string ready;
        for (; next_ < told_.size() && told_[next_].is_finished; ++next_) {
            ready += told_[next_].text;
            told_[next_].text.clear();
        }
        if (!ready.empty()) {
            out_.write(ready);
        }
    }

private:
    struct Told {
        std::string text;
        bool is_finished = false;
    };

    std::vector<Told> told_;
    std::size_t next_ = 0;
    Stream& out_;
};

}  // namespace cstop::report
