// Kata's persist.json (formats.md 1.5): a virtual machine, whose processes no signal of the host reaches.

#include "discover/runtime.hpp"

namespace cstop::discover {

Result<std::optional<model::Container>> parse_kata_state(const StateText& text) {
    return fail(ErrorCode::unsupported, "a Kata container: its processes live in a virtual machine; use: crictl stop " +
                                            std::string(text.id) + " (or nerdctl stop)");
}

}  // namespace cstop::discover
