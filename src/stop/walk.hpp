#pragma once
// One container's walk through its plan. Events come in as calls; what is done goes out through a System. Nothing here
// waits: deadline() says when on_time() wants to be called.
//
// The rules that every change has to keep:
//   - gone means: init is dead AND the container's own cgroup is empty. Each alone lies somewhere (faults.md, finding
//   2).
//   - a step's wait is cut short only by the end of the container, by an interruption, or when the step could not be
//   done
//     at all. So SIGKILL never comes before the grace is over.
//   - once init is dead, what remains gets SIGKILL if, and only if, the schedule has a KILL@all step.
//   - once it is gone nothing is sent any more; at most its engine is watched for a moment.
//   - every walk ends with exactly one Outcome.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "kernel/system.hpp"
#include "model/audience.hpp"
#include "model/outcome.hpp"
#include "model/plan.hpp"
#include "model/standing.hpp"

namespace cstop::stop {

/// Of a step of a plan, where every signal is filled in.
inline Signal signal_of(const model::Step& step) {
    return step.signal.value_or(sigterm);
}

/// After a look that failed; doubled with every further one.
inline constexpr Duration first_look_wait = std::chrono::milliseconds(50);

class Walk {
public:
    /// `plan` and the others must outlive the walk. `number` is the plan's number for the audience.
    Walk(kernel::System& system, const model::Plan& plan, std::size_t number, model::Audience& audience);

    /// Opens the container and does the first step. False, only with `may_postpone`: there was no descriptor left and
    /// nothing was done; try again when another walk has ended.
    bool begin(bool may_postpone);

    /// Something of this container has changed.
    void on_change();
    /// deadline() has passed.
    void on_time();
    /// The user interrupted: no more waiting, no escalation.
    void on_interrupt();
    /// Waiting itself has become impossible.
    void on_failure(Error error);

    bool is_finished() const { return is_finished_; }
    /// When on_time() is due; none: never.
    std::optional<kernel::Instant> deadline() const;
    /// While the container is open.
    std::optional<kernel::Handle> handle() const { return handle_; }
    /// None: it has not begun, or is finished.
    std::optional<model::Standing> look() const;
    /// Complete when finished.
    model::Outcome& outcome() { return outcome_; }

private:
    const model::Step& step() const { return plan_.schedule.steps[index_]; }
    void proceed();
    void do_step();
    void send_to_init();
    void after_signal_to_init();
    void signal_everybody();
    void kill_everybody();
    void note_kill();
    void on_step_error(Error error);
    bool is_sent_by_another();
    void advance();
    void skip_step();
    bool is_repeating() const;

    void look_around();
    void look_again(Error error);
    void look_ahead(model::Standing& standing) const;
    void turn_to_leftovers(std::size_t processes);
    std::optional<std::size_t> find_kill_all() const;
    void nudge(kernel::Instant now);

    void tell_step(std::string result, std::string way);
    void tell_escalation();
    std::optional<std::string> explain_sent_in_vain();
    void meet_futility();
    void warn(std::string sentence);
    void thaw();

    void finish_gone();
    bool may_come_back() const;
    void watch_for_restart();
    void tell_restart();
    void finish_surviving();
    void note_survivors(std::vector<kernel::SurvivorReport> survivors);
    void finish_failed(Error error);
    void finish(model::Outcome::Kind kind);
    Duration elapsed() const;

    kernel::System& system_;
    const model::Plan& plan_;
    std::size_t number_;
    model::Audience& audience_;

    model::Outcome outcome_;
    std::optional<kernel::Handle> handle_;
    kernel::Opened opened_;
    std::optional<kernel::Instant> started_;  ///< none: it has not begun

    std::size_t index_ = 0;                         ///< of the current step
    bool is_due_ = true;                            ///< the current step is to be done now
    std::optional<kernel::Instant> step_deadline_;  ///< none: this step waits for ever
    std::optional<kernel::Instant> nudge_;          ///< when a killed container that lives on is helped to die
    Duration nudge_wait_{};
    std::optional<kernel::Instant> next_look_;  ///< the last look failed: when the next one is due
    Duration look_wait_ = first_look_wait;
    std::optional<model::Step> failed_step_;    ///< the last step before SIGKILL that had its time
    std::optional<Error> first_error_;          ///< of a step that could not be done
    std::optional<kernel::Instant> killed_at_;  ///< when the first SIGKILL was sent
    bool is_kill_all_tried_ = false;
    bool init_is_alive_ = false;
    bool is_at_leftovers_ = false;
    std::optional<kernel::Instant> restart_deadline_;  ///< it is gone; until then somebody may start it again
    bool is_finished_ = false;
};

}  // namespace cstop::stop
