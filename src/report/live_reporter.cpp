#include "report/live_reporter.hpp"

#include <utility>

namespace cstop::report {

namespace {

/// At most ten wake-ups a second. The first look comes after it as well: what obeys at once never flashes by.
constexpr Duration interval = std::chrono::milliseconds(100);

/// What the user typed; for ids that came from --all and the like the name, which says more.
std::string make_name(const model::Plan& plan) {
    constexpr std::size_t short_id = 12;
    const model::Container& container = plan.container;
    if (plan.word != container.id) {
        return plan.word;
    }
    return container.name.empty() ? container.id.substr(0, container.id.size() == 64 ? short_id : std::string::npos)
                                  : container.name;
}

}  // namespace

void LiveReporter::Above::write(std::string_view bytes) {
    reporter_.screen_.make_room();
    stream_.write(bytes);
}

LiveReporter::LiveReporter(std::unique_ptr<Terminal> terminal, const model::Request& request,
                           std::span<const Entry> entries, Stream& out, Stream& err, const MakeTeller& make_teller)
    : color_(request.color == model::When::always || (request.color == model::When::automatic && err.is_terminal())
                 ? Color::on
                 : Color::off),
      screen_(std::move(terminal), err, request.progress == model::When::always),
      out_(out, *this),
      err_(err, *this) {
    for (const Entry& entry : entries) {
        if (entry.plan != nullptr) {
            names_.push_back(make_name(*entry.plan));
        }
    }
    is_finished_.resize(names_.size());
    teller_ = make_teller(out_, err_);
}

void LiveReporter::on_step(std::size_t plan, const model::StepReport& step) {
    teller_->on_step(plan, step);
    draw_again();
}

void LiveReporter::on_escalation(std::size_t plan, Signal failed, Duration waited) {
    teller_->on_escalation(plan, failed, waited);
    draw_again();
}

void LiveReporter::on_warning(std::size_t plan, std::string_view sentence) {
    teller_->on_warning(plan, sentence);
    draw_again();
}

void LiveReporter::on_outcome(std::size_t plan, const model::Outcome& outcome) {
    is_finished_.at(plan) = true;
    std::erase_if(rows_, [plan](const ProgressRow& row) { return row.plan == plan; });
    screen_.make_room();
    teller_->on_outcome(plan, outcome);
    draw_again();
}

std::optional<Duration> LiveReporter::look_interval() const {
    return interval;
}

void LiveReporter::on_look(model::Scene& scene) {
    teller_->on_look(scene);
    rows_.clear();
    others_ = 0;
    const std::size_t room = screen_.size().rows;
    for (std::size_t plan = 0; plan < names_.size(); ++plan) {
        if (rows_.size() == room) {
            others_ += is_finished_[plan] ? 0U : 1U;
        } else if (const auto standing = scene.look_at(plan)) {
            rows_.push_back({.name = names_[plan], .standing = *standing, .plan = plan});
        }
    }
    draw();
    may_draw_again_ = true;
}

void LiveReporter::draw() {
    screen_.show(format_progress(rows_, others_, screen_.size(), color_));
}

/// After plain text. Only once between two looks: when two hundred containers end at the same time, a serial line must
/// not be given two hundred screens.
void LiveReporter::draw_again() {
    if (!rows_.empty() && screen_.is_clear() && std::exchange(may_draw_again_, false)) {
        draw();
    }
}

}  // namespace cstop::report
