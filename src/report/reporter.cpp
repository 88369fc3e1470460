#include "report/reporter.hpp"

#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "report/json.hpp"
#include "report/live_reporter.hpp"
#include "report/sequence.hpp"
#include "report/summary.hpp"
#include "report/text.hpp"

namespace cstop::report {

namespace {

using model::Outcome;
using model::Verbosity;

bool is_ignored(const model::Request& request, const Error& error) {
    return request.ignore_missing && error.code == ErrorCode::not_found;
}

class LineReporter final : public Reporter {
public:
    LineReporter(const model::Request& request, std::span<const Entry> entries, Stream& out, Stream& err)
        : request_(request), entries_(entries), out_(out), err_(err), results_(entries.size(), out) {
        for (std::size_t index = 0; index < entries.size(); ++index) {
            if (entries[index].plan != nullptr) {
                planned_.push_back(index);
            }
        }
    }

    /// What is known before anything is done.
    void tell_beginning() {
        for (std::size_t index = 0; index < entries_.size(); ++index) {
            const Entry& entry = entries_[index];
            if (entry.plan != nullptr) {
                for (const std::string& warning : entry.plan->warnings) {
                    tell_warning_about(entry, warning);
                }
            } else {
                tell_entry_error(request_, entry, err_);
                if (!is_ignored(request_, *entry.error)) {
                    summary_.add(*entry.error);
                }
                results_.finish(index, request_.json ? format_json(request_, entry, nullptr) : "");
            }
        }
        tell_summary();
    }

    void on_step(std::size_t plan, const model::StepReport& step) override {
        if (is_verbose()) {
            err_.write(format_line(entry_of(plan).word, format_step(step)));
        }
    }

    void on_escalation(std::size_t plan, Signal failed, Duration waited) override {
        if (!is_quiet()) {
            err_.write(format_escalation(entry_of(plan).word, failed, waited));
        }
    }

    void on_warning(std::size_t plan, std::string_view sentence) override {
        const Entry& entry = entry_of(plan);
        const auto& told = entry.plan->warnings;
        if (std::ranges::find(told, sentence) == told.end()) {
            tell_warning_about(entry, sentence);
        }
    }

    void on_outcome(std::size_t plan, const Outcome& outcome) override {
        const Entry& entry = entry_of(plan);
        tell_outcome(entry, outcome);
        results_.finish(planned_[plan], format_result(entry, outcome));
        summary_.add(outcome);
        ++finished_;
        tell_summary();
    }

    /// A reader who was slow gets the rest as soon as it reads again, not with the next event.
    std::optional<Duration> look_interval() const override {
        const bool is_waiting = out_.has_waiting() || err_.has_waiting();
        return is_waiting ? std::optional<Duration>(std::chrono::milliseconds(100)) : std::nullopt;
    }

    void on_look(model::Scene& /*scene*/) override {
        out_.write_waiting();
        err_.write_waiting();
    }

private:
    const Entry& entry_of(std::size_t plan) const { return entries_[planned_.at(plan)]; }
    bool is_quiet() const { return request_.verbosity == Verbosity::quiet; }
    bool is_verbose() const { return request_.verbosity == Verbosity::verbose; }

    void tell_warning_about(const Entry& entry, std::string_view sentence) {
        if (!is_quiet()) {
            err_.write(format_line(entry.word, "warning: " + std::string(sentence)));
        }
    }

    void tell_outcome(const Entry& entry, const Outcome& outcome) {
        std::string lines;
        const auto tell = [&](std::string_view sentence) { lines += format_line(entry.word, sentence); };
        switch (outcome.kind) {
            case Outcome::Kind::stopped:
                if (is_verbose()) {
                    tell(format_stop(outcome));
                }
                break;
            case Outcome::Kind::not_running:
                if (!is_quiet()) {
                    tell(entry.plan->container.status == model::Status::created ? "not running (created, not started)"
                                                                                : "not running");
                }
                break;
            case Outcome::Kind::still_running:
                tell(format_survival(outcome));
                for (const model::Survivor& survivor : outcome.survivors) {
                    tell(format_survivor(survivor));
                }
                break;
            case Outcome::Kind::interrupted: tell(format_interruption(outcome)); break;
            case Outcome::Kind::failed: break;
        }
        if (outcome.error) {
            tell(format_advised_error(*outcome.error));
        }
        if (!lines.empty()) {
            err_.write(lines);
        }
    }

    /// The last line, where there was more than one container.
    void tell_summary() {
        if (finished_ < planned_.size() || summary_.count() < 2 || is_quiet()) {
            return;
        }
        const auto duration = std::chrono::floor<Duration>(std::chrono::steady_clock::now() - began_);
        err_.write(format_line(summary_.format(duration)));
    }

    std::string format_result(const Entry& entry, const Outcome& outcome) const {
        if (request_.json) {
            return format_json(request_, entry, &outcome);
        }
        const bool is_down = outcome.kind == Outcome::Kind::stopped || outcome.kind == Outcome::Kind::not_running;
        return is_down && !is_quiet() ? escape_text(entry.word) + '\n' : "";
    }

    const model::Request& request_;
    std::span<const Entry> entries_;
    Stream& out_;
    Stream& err_;
    Sequence results_;
    std::vector<std::size_t> planned_;  ///< the entry of each plan
    Summary summary_;
    std::size_t finished_ = 0;  ///< plans that had their last word
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace

namespace {

std::unique_ptr<Reporter> make_lines(const model::Request& request, std::span<const Entry> entries, Stream& out,
                                     Stream& err) {
    auto reporter = std::make_unique<LineReporter>(request, entries, out, err);
    reporter->tell_beginning();
    return reporter;
}

}  // namespace

std::unique_ptr<Reporter> Reporter::make(const model::Request& request, std::span<const Entry> entries, Stream& out,
                                         Stream& err) {
    const bool is_live =
        request.progress == model::When::always || (request.progress == model::When::automatic && err.is_terminal());
    auto terminal = is_live ? err.open_terminal() : nullptr;
    if (!terminal) {
        return make_lines(request, entries, out, err);
    }
    return std::make_unique<LiveReporter>(
        std::move(terminal), request, entries, out, err,
        [&](Stream& out_above, Stream& err_above) { return make_lines(request, entries, out_above, err_above); });
}

void tell_entry_error(const model::Request& request, const Entry& entry, Stream& err) {
    if (!is_ignored(request, *entry.error)) {
        err.write(format_line(entry.word, format_advised_error(*entry.error)));
    } else if (request.verbosity == Verbosity::verbose) {
        err.write(format_line(entry.word, "ignored: " + format_error(*entry.error)));
    }
}

void tell_error(Stream& err, const Error& error) {
    err.write(format_line(format_advised_error(error)));
}

void tell_warning(Stream& err, std::string_view sentence) {
    err.write(format_line("warning: " + std::string(sentence)));
}

void tell_detail(Stream& err, std::string_view sentence) {
    err.write(format_line(sentence));
}

}  // namespace cstop::report
