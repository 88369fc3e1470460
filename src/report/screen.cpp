#include "report/screen.hpp"

#include <utility>

namespace cstop::report {

Screen::Screen(std::unique_ptr<Terminal> terminal, Stream& plain, bool always)
    : terminal_(std::move(terminal)), plain_(plain), always_(always) {}

bool Screen::is_ours() {
    // While it was stopped the shell wrote there, although it has the terminal again now.
    const bool is_untouched = !terminal_->take_continuation();
    return always_ ? is_untouched : is_untouched && terminal_->is_in_foreground();
}

void Screen::show(const std::vector<std::string>& lines) {
    if (!is_ours()) {
        lines_.forget();
        owed_.clear();
        return;
    }
    if (!plain_.write_waiting() || !pay()) {
        return;
    }
    owed_ = lines_.draw(lines, terminal_->size());
    pay();
}

void Screen::make_room() {
    if (!is_ours()) {
        lines_.forget();
        owed_.clear();
        return;
    }
    // A drawing that was cut short must be finished first: it may have ended within an escape sequence.
    const std::string bytes = std::exchange(owed_, "") + lines_.erase(terminal_->size());
    if (!bytes.empty()) {
        plain_.write(bytes);
    }
}

bool Screen::pay() {
    if (!owed_.empty()) {
        owed_.erase(0, terminal_->write_now(owed_));
    }
    return owed_.empty();
}

}  // namespace cstop::report
