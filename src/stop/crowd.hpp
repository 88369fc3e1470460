#pragma once
// All the walks of one call: who may begin, who is waited for, and the one place where cstop sleeps.

#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "kernel/system.hpp"
#include "model/audience.hpp"
#include "model/plan.hpp"
#include "stop/stop.hpp"
#include "stop/walk.hpp"

namespace cstop::stop {

class Crowd : private model::Scene {
public:
    Crowd(kernel::System& system, std::span<const model::Plan> plans, model::Audience& audience);

    /// Walks everybody to the end.
    Run run();

private:
    std::optional<model::Standing> look_at(std::size_t plan) override;
    void show();
    void begin_ready();
    bool is_ready(std::size_t number) const;
    void wait_and_deliver();
    void deliver(const kernel::Event& event);
    void note_begun(std::size_t number);
    std::optional<kernel::Instant> next_waking() const;

    kernel::System& system_;
    std::span<const model::Plan> plans_;
    model::Audience& audience_;
    std::deque<Walk> walks_;
    std::vector<std::size_t> pending_;  ///< not begun yet, in order
    std::vector<std::size_t> active_;   ///< begun and not finished
    std::vector<std::size_t> by_handle_;
    bool is_opening_finished_ = false;
    std::optional<Signal> interrupted_by_;
    std::optional<kernel::Instant> next_look_;  ///< none: the audience does not want to look
};

}  // namespace cstop::stop
