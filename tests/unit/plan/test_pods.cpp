#include <vector>

#include <doctest/doctest.h>

#include "plan/pods.hpp"

using namespace cstop;

namespace {

model::Plan plan_of(std::string pod, std::string pod_namespace, bool is_sandbox) {
    model::Plan plan;
    plan.container.engine = "kubernetes";
    plan.container.name_space = "k8s.io";
    plan.container.pod = std::move(pod);
    plan.container.pod_namespace = std::move(pod_namespace);
    plan.container.is_sandbox = is_sandbox;
    return plan;
}

}  // namespace

TEST_CASE("a sandbox waits for the other containers of its own pod") {
    std::vector<model::Plan> plans = {plan_of("web", "default", true), plan_of("web", "default", false),
                                      plan_of("web", "other", false), plan_of("db", "default", false),
                                      plan_of("web", "default", false)};
    plan::order_pods(plans);
    CHECK(plans[0].after == std::vector<std::size_t>{1, 4});
    CHECK(plans[1].after.empty());
}

TEST_CASE("sandboxes of one name do not wait for each other") {
    std::vector<model::Plan> plans = {plan_of("web", "default", true), plan_of("web", "default", true)};
    plan::order_pods(plans);
    CHECK(plans[0].after.empty());
    CHECK(plans[1].after.empty());
}

TEST_CASE("containers without a pod are nobody's") {
    std::vector<model::Plan> plans = {plan_of("", "", true), plan_of("", "", false)};
    plan::order_pods(plans);
    CHECK(plans[0].after.empty());
}
