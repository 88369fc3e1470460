#pragma once
// The engines that start containers through a runtime: how their containers are told, and what they call them. Each has
// one file of its own: docker.cpp, containerd.cpp, ...

#include <span>
#include <string_view>

#include "discover/name_book.hpp"
#include "discover/runtime.hpp"
#include "model/container.hpp"

namespace cstop::discover {

struct Engine {
    /// Does this engine own the container? Then engine, namespace and pod are filled in, and the name if an annotation
    /// has it. Pure. Decided by the paths that the runtime recorded and by its root, never by what an image can set.
    bool (*describe)(model::Container& container, std::string_view root);
    /// The name and the labels in the engine's own store. nullptr: it has none that can be read.
    void (*read_store)(model::Container& container, NameBook& book);
    /// Could a container with this state be this engine's? Cheap, for scans: false only when it cannot.
    bool (*may_own)(const StateText& text, std::string_view root);
    /// A name that is in none of the runtime's files.
    bool keeps_names_elsewhere;
};

/// Finds the engine, and what the runtime's files say of its name. A container without an engine is the runtime's own.
/// Pure.
void describe_container(model::Container& container, std::string_view root);

/// describe_container, and the name in the engine's own store.
void name_container(model::Container& container, std::string_view root, NameBook& book);

/// Could a container with this state belong to an engine that names containers?
bool may_have_name(const StateText& text, std::string_view root);

/// Could an engine call the container with this state `word`? False only when that is impossible.
bool may_be_named(std::string_view word, const StateText& text, std::string_view root);

extern const Engine podman_engine;
extern const Engine docker_engine;
extern const Engine containerd_engine;
extern const Engine build_engine;

}  // namespace cstop::discover
