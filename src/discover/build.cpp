// The steps of image builds: BuildKit and buildah run them in the default root of the runtime, without names.

#include "discover/engine.hpp"
#include "discover/path.hpp"

namespace cstop::discover {

namespace {

bool describe(model::Container& container, std::string_view /*root*/) {
    const std::string_view bundle = container.bundle;
    if (last_component(parent_path(bundle)) == "executor" && bundle.contains("buildkit")) {
        container.engine = "buildkit";
        return true;
    }
    if (container.id.starts_with("buildah-buildah") && last_component(bundle).starts_with("buildah")) {
        container.engine = "buildah";
        return true;
    }
    return false;
}

bool may_own(const StateText& /*text*/, std::string_view /*root*/) {
    return false;  // they have no names to look for
}

}  // namespace

const Engine build_engine = {
    .describe = describe,
    .read_store = nullptr,
    .may_own = may_own,
    .keeps_names_elsewhere = false,
};

}  // namespace cstop::discover
