#pragma once
// What the user asked for: the command line, checked, with nothing looked up yet.

#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/signal.hpp"
#include "model/schedule.hpp"

namespace cstop::model {

struct Filter {
    enum class Key { name, id, engine, name_space, label, pod, status };
    Key key = Key::name;
    std::string value;  ///< for name a glob; for label "K" or "K=V"; else the exact text (an id may be a prefix)
};

/// Where the words that name containers come from, in the order of the command line.
struct WordSource {
    enum class Kind { argument, cidfile, standard_input };
    Kind kind = Kind::argument;
    std::string text;  ///< the word itself, or the path of the file
};

/// --image-config PATH[:REF]. Whether a colon belongs to the path is known only when the path has been looked at.
struct ImageConfig {
    std::string text;
};

enum class When { automatic, always, never };
enum class Verbosity { quiet, normal, verbose };

struct Request {
    // which
    std::vector<WordSource> words;
    bool all = false;
    std::vector<Filter> filters;            ///< every one must match
    std::optional<std::string> engine;      ///< only containers of this engine
    std::optional<std::string> name_space;  ///< only containers of this namespace of an engine
    std::optional<std::string> pod;         ///< NAME or NAMESPACE/NAME: every container of this pod
    std::vector<std::string> roots;
    bool ignore_missing = false;

    // how
    std::optional<Signal> signal;
    std::optional<Duration> timeout;
    Duration kill_timeout = std::chrono::seconds(60);
    std::optional<Schedule> schedule;
    std::optional<ImageConfig> image_config;
    bool skip_futile_grace = false;
    bool use_sandbox = true;

    // what is said
    bool list = false;  ///< show what is there; nothing is stopped
    bool dry_run = false;
    bool json = false;
    Verbosity verbosity = Verbosity::normal;
    When progress = When::automatic;
    When color = When::automatic;
    bool fail_on_kill = false;
};

}  // namespace cstop::model
