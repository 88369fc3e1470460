#include "model/schedule.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace cstop::model {

namespace {

constexpr std::string_view own_signal = "STOPSIGNAL";
constexpr std::string_view repeat_word = "forever";

bool is_own_signal(std::string_view text) {
    return std::ranges::equal(text, own_signal, [](char written, char wanted) {
        return written == wanted || ('a' <= written && written <= 'z' && written - 'a' + 'A' == wanted);
    });
}

// The items of a schedule, one by one, and where we are.
class Items {
public:
    explicit Items(std::vector<std::string_view> items) : items_(std::move(items)) {}

    bool is_at_end() const { return next_ == items_.size(); }
    std::string_view take() { return items_[next_++]; }

    /// About the item that was taken last.
    Failure refuse(std::string_view why) const {
        return fail(ErrorCode::usage,
                    fmt::format("schedule item {} {}: {}", next_, quote_text(items_[next_ - 1]), why));
    }

private:
    std::vector<std::string_view> items_;
    std::size_t next_ = 0;
};

// "TERM", "KILL@init", "STOPSIGNAL@all": a step that does not wait yet.
Result<Step> parse_signal_item(std::string_view item, const Items& items) {
    const std::size_t at = item.find('@');
    const std::string_view name = item.substr(0, at);
    Step step;
    if (!is_own_signal(name)) {
        const auto signal = parse_signal(name);
        if (!signal.has_value()) {
            return items.refuse("unknown signal");
        }
        step.signal = *signal;
    }
    if (at == std::string_view::npos) {
        step.aim = step.signal == sigkill ? Aim::all : Aim::init;
        return step;
    }
    const std::string_view aim = item.substr(at + 1);
    if (aim != format_aim(Aim::init) && aim != format_aim(Aim::all)) {
        return items.refuse("a signal goes to @init or @all");
    }
    step.aim = aim == format_aim(Aim::all) ? Aim::all : Aim::init;
    return step;
}

Result<Duration> take_wait(Items& items, bool is_repeated) {
    if (items.is_at_end()) {
        return items.refuse("no duration after the signal");
    }
    const auto wait = parse_duration(items.take());
    if (!wait.has_value()) {
        return items.refuse("not a duration");
    }
    if (*wait == forever && (is_repeated || !items.is_at_end())) {
        return items.refuse(is_repeated ? "an endless wait cannot be repeated" : "nothing can follow an endless wait");
    }
    return *wait;
}

bool takes_time(const Schedule& schedule, std::size_t from) {
    return std::any_of(schedule.steps.begin() + static_cast<std::ptrdiff_t>(from), schedule.steps.end(),
                       [](const Step& step) { return step.wait > Duration::zero(); });
}

}  // namespace

Result<Schedule> parse_schedule(std::string_view text) {
    // Counted before anything is kept: the text may be long.
    if (std::ranges::count(text, '/') >= static_cast<std::ptrdiff_t>(longest_schedule)) {
        return fail(ErrorCode::usage, fmt::format("schedule has more than {} items", longest_schedule));
    }
    Items items(split_text(text, '/'));
    Schedule schedule;
    while (!items.is_at_end()) {
        const std::string_view item = items.take();
        if (item == repeat_word) {
            if (schedule.repeat_from.has_value()) {
                return items.refuse("only once");
            }
            if (items.is_at_end()) {
                return items.refuse("nothing follows that could be repeated");
            }
            schedule.repeat_from = schedule.steps.size();
            continue;
        }
        CSTOP_TRY(auto step, parse_signal_item(item, items));
        CSTOP_TRY(step.wait, take_wait(items, schedule.repeat_from.has_value()));
        schedule.steps.push_back(step);
    }
    if (schedule.repeat_from.has_value() && !takes_time(schedule, *schedule.repeat_from)) {
        return items.refuse("what is repeated must take time");
    }
    return schedule;
}

std::string format_schedule(const Schedule& schedule) {
    std::string result;
    for (std::size_t index = 0; index < schedule.steps.size(); ++index) {
        const Step& step = schedule.steps[index];
        fmt::format_to(std::back_inserter(result), "{}{}{}@{}/{}", index == 0 ? "" : "/",
                       schedule.repeat_from == index ? "forever/" : "",
                       step.signal.has_value() ? format_signal(*step.signal) : own_signal, format_aim(step.aim),
                       format_duration(step.wait));
    }
    return result;
}

std::string_view format_aim(Aim aim) {
    return aim == Aim::all ? "all" : "init";
}

}  // namespace cstop::model
