#pragma once
// How one stop stands at the moment of asking.

#include <cstddef>
#include <optional>

#include "base/duration.hpp"
#include "model/outcome.hpp"

namespace cstop::model {

struct Standing {
    /// What the schedule comes to when the container does not end.
    enum class Next {
        kill,     ///< SIGKILL
        give_up,  ///< the schedule is over
        nothing,  ///< it waits, or repeats itself, for ever
        restart,  ///< the container is gone; until then its engine is watched for a restart
    };
    std::optional<StepReport> step;  ///< the last one that was done; none: nothing yet
    Next next = Next::nothing;
    Duration left{};     ///< until `next`; meaningless for nothing
    Duration whole{};    ///< how long that wait is from its beginning to its end
    Duration elapsed{};  ///< since the stop began
    std::size_t processes = 0;
};

}  // namespace cstop::model
