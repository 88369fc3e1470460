#pragma once
// Paths as text: nothing here looks at a file.

#include <string_view>

namespace cstop::discover {

/// What follows the last slash: "web" of "/run/runc/web".
std::string_view last_component(std::string_view path);

/// What precedes the last slash: "/run/runc" of "/run/runc/web"; empty: there is none.
std::string_view parent_path(std::string_view path);

}  // namespace cstop::discover
