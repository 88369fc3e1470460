#include "plan/pods.hpp"

namespace cstop::plan {

namespace {

bool is_same_pod(const model::Container& one, const model::Container& other) {
    return !one.pod.empty() && one.engine == other.engine && one.name_space == other.name_space &&
           one.pod == other.pod && one.pod_namespace == other.pod_namespace;
}

}  // namespace

void order_pods(std::span<model::Plan> plans) {
    for (auto& sandbox : plans) {
        if (!sandbox.container.is_sandbox) {
            continue;
        }
        for (std::size_t number = 0; number < plans.size(); ++number) {
            const auto& container = plans[number].container;
            if (!container.is_sandbox && is_same_pod(container, sandbox.container)) {
                sandbox.after.push_back(number);
            }
        }
    }
}

}  // namespace cstop::plan
