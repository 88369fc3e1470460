#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/options.hpp"

namespace {

using namespace std::chrono_literals;
using namespace cstop;
using model::Request;
using model::WordSource;
using Argv = std::vector<const char*>;

Result<std::variant<Request, cli::Answer>> parse(const Argv& argv) {
    return cli::parse_arguments(argv, {.term = "xterm", .no_color = ""});
}

Request request_of(const Argv& argv) {
    auto parsed = parse(argv);
    if (!parsed) {
        FAIL(parsed.error().what);
    }
    REQUIRE(std::holds_alternative<Request>(*parsed));
    return std::get<Request>(*std::move(parsed));
}

std::string error_of(const Argv& argv) {
    const auto parsed = parse(argv);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().code == ErrorCode::usage);
    CHECK(parsed.error().errno_value == 0);
    const std::string line = format_error(parsed.error());
    CHECK(line == escape_text(line));
    return line;
}

std::string answer_of(const Argv& argv) {
    const auto parsed = parse(argv);
    REQUIRE(parsed.has_value());
    REQUIRE(std::holds_alternative<cli::Answer>(*parsed));
    return std::get<cli::Answer>(*parsed).text;
}

/// "word", "file:PATH", "-": in their order.
std::vector<std::string> words_of(const Argv& argv) {
    std::vector<std::string> words;
    for (const WordSource& word : request_of(argv).words) {
        words.push_back((word.kind == WordSource::Kind::cidfile ? "file:" : "") + word.text);
        CHECK((word.kind == WordSource::Kind::standard_input) == (word.text == "-"));
    }
    return words;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("without options everything has its default") {
    const Request request = request_of({"web"});
    CHECK_FALSE(request.all);
    CHECK(request.filters.empty());
    CHECK(request.roots.empty());
    CHECK_FALSE(request.ignore_missing);
    CHECK_FALSE(request.signal.has_value());
    CHECK_FALSE(request.timeout.has_value());
    CHECK(request.kill_timeout == 60s);
    CHECK_FALSE(request.schedule.has_value());
    CHECK_FALSE(request.image_config.has_value());
    CHECK_FALSE(request.dry_run);
    CHECK_FALSE(request.json);
    CHECK(request.verbosity == model::Verbosity::normal);
    CHECK_FALSE(request.fail_on_kill);
    CHECK_FALSE(request.skip_futile_grace);
    CHECK(request.use_sandbox);
}

TEST_CASE("only --no-sandbox takes the confinement away") {
    CHECK_FALSE(request_of({"--no-sandbox", "web"}).use_sandbox);
    CHECK(error_of({"--no-sandbox=yes", "web"}).contains("--no-sandbox"));
}

TEST_CASE("words keep their order between arguments, files and standard input") {
    CHECK(words_of({"a", "b"}) == Words{"a", "b"});
    CHECK(words_of({"a", "--cidfile", "f", "b", "-", "--cidfile=g", "c"}) ==
          Words{"a", "file:f", "b", "-", "file:g", "c"});
    CHECK(words_of({"--cidfile", "f"}) == Words{"file:f"});
    CHECK(words_of({"b", "-n", "a", "-t", "3", "c"}) == Words{"b", "a", "c"});
    CHECK(words_of({"a", "a"}) == Words{"a", "a"});
}

TEST_CASE("a word is taken as it is typed") {
    CHECK(words_of({"[a]"}) == Words{"[a]"});
    CHECK(words_of({"[a,b]"}) == Words{"[a,b]"});
    CHECK(words_of({"{}"}) == Words{"{}"});
    CHECK(words_of({"a,b", "c=d", " x ", "++"}) == Words{"a,b", "c=d", " x ", "++"});
    CHECK(words_of({"--cidfile", "[f]", "--cidfile={}"}) == Words{"file:[f]", "file:{}"});
    CHECK(words_of({"CONTAINER"}) == Words{"CONTAINER"});
    CHECK(words_of({"--cidfile", "-f"}) == Words{"file:-f"});
}

TEST_CASE("-- ends the options") {
    CHECK(words_of({"--", "-x", "--all", "--"}) == Words{"-x", "--all", "--"});
    CHECK(words_of({"a", "--", "b"}) == Words{"a", "b"});
    CHECK(words_of({"--", "-"}) == Words{"-"});
    CHECK(words_of({"a", "--"}) == Words{"a"});
    CHECK(error_of({"--"}).starts_with("no CONTAINER"));
    CHECK(error_of({"-t", "--", "5"}) == "--timeout: needs a value");
}

TEST_CASE("-t takes every way of writing it, before and after the words") {
    const struct {
        Argv argv;
        Duration timeout;
    } rows[] = {
        {{"web", "-t", "10"}, 10s},
        {{"-t", "10", "web"}, 10s},
        {{"-t10", "web"}, 10s},
        {{"--timeout", "1.5", "web"}, 1500ms},
        {{"--timeout=500ms", "web"}, 500ms},
        {{"--time", "1m30s", "web"}, 90s},
        {{"--time=7", "web"}, 7s},
        {{"-t", "0", "web"}, 0s},
        {{"-t", "-1", "web"}, forever},
        {{"web", "-t", "-1"}, forever},
        {{"-t-1", "web"}, forever},
        {{"--timeout", "-1", "web"}, forever},
        {{"--timeout=-1", "web"}, forever},
        {{"--timeout=infinity", "web"}, forever},
        {{"-t", "3", "-t", "4", "web"}, 4s},
        {{"-t", "3", "--time=5", "web"}, 5s},
        {{"-nt", "6", "web"}, 6s},
    };
    for (const auto& row : rows) {
        CAPTURE(row.argv);
        const Request request = request_of(row.argv);
        CHECK(request.timeout == row.timeout);
        CHECK(request.words.size() == 1);
    }
}

TEST_CASE("a bad duration names its option and its value") {
    CHECK(error_of({"-t", "5x", "web"}) ==
          "--timeout: '5x' is not a duration (examples: 10, 1.5, 500ms, 1m30s, infinity)");
    CHECK(error_of({"--kill-timeout=ten", "web"}) ==
          "--kill-timeout: 'ten' is not a duration (examples: 10, 1.5, 500ms, 1m30s, infinity)");
    for (const char* const bad : {"-2", "-0", "-1s", "1e3", " 1", "--all", "-n", "=10", "web", "\x1b[2J"}) {
        CAPTURE(bad);
        CHECK(error_of({"-t", bad, "web"}).starts_with("--timeout: '"));
    }
    CHECK(error_of({"-t", "5x", "-t", "5", "web"}).starts_with("--timeout: '5x'"));
}

TEST_CASE("the kill timeout may be zero or endless, never negative") {
    CHECK(request_of({"--kill-timeout", "0", "web"}).kill_timeout == 0s);
    CHECK(request_of({"--kill-timeout", "-1", "web"}).kill_timeout == forever);
    CHECK(request_of({"--kill-timeout", "infinity", "web"}).kill_timeout == forever);
    CHECK(request_of({"--kill-timeout", "2m", "web"}).kill_timeout == 120s);
    CHECK(error_of({"--kill-timeout", "-5", "web"}).starts_with("--kill-timeout: '-5'"));
}

TEST_CASE("signals are checked") {
    CHECK(request_of({"-s", "usr1", "web"}).signal == Signal{10});
    CHECK(request_of({"-sHUP", "web"}).signal == sighup);
    CHECK(request_of({"--signal=SIGRTMIN+3", "web"}).signal == Signal{37});
    CHECK(request_of({"-s", "1", "-s", "KILL", "web"}).signal == sigkill);
    CHECK(error_of({"-s", "65", "web"}) == "--signal: '65' is not a signal (examples: TERM, SIGUSR1, 10, RTMIN+3)");
    for (const char* const bad : {"0", "-1", "SIG", "FOO", "9abc", " TERM", "STOPSIGNAL"}) {
        CAPTURE(bad);
        CHECK(error_of({"-s", bad, "web"}).starts_with("--signal: '"));
    }
}

TEST_CASE("a schedule replaces the timeouts") {
    const Request request = request_of({"--schedule", "HUP/5/KILL/60", "web"});
    REQUIRE(request.schedule.has_value());
    CHECK(request.schedule->steps.size() == 2);
    CHECK(error_of({"--schedule=TERM/5", "-t", "3", "web"}) == "--schedule: replaces --timeout, use one of them");
    CHECK(error_of({"--schedule=TERM/5", "--kill-timeout", "3", "web"}) ==
          "--schedule: replaces --kill-timeout, use one of them");
    CHECK(error_of({"--schedule=FOO/5", "web"}).starts_with("--schedule: "));
    CHECK(error_of({"--schedule=/", "web"}).starts_with("--schedule: "));
}

TEST_CASE("a stop signal beside a schedule needs a STOPSIGNAL in it") {
    CHECK(request_of({"--schedule=STOPSIGNAL/5/KILL/5", "-s", "INT", "web"}).signal == sigint);
    CHECK(request_of({"--schedule=STOPSIGNAL/5", "--image-config=x", "web"}).image_config.has_value());
    CHECK(error_of({"--schedule=TERM/5", "-s", "INT", "web"}) ==
          "--schedule: 'TERM/5' has no STOPSIGNAL that --signal could set");
    CHECK(error_of({"--schedule=TERM/5", "--image-config=x", "web"}) ==
          "--schedule: 'TERM/5' has no STOPSIGNAL that --image-config could set");
}

TEST_CASE("every filter key is known, and only those") {
    using Key = model::Filter::Key;
    const struct {
        const char* text;
        Key key;
        const char* value;
    } rows[] = {
        {"name=web*", Key::name, "web*"},
        {"id=0a1b", Key::id, "0a1b"},
        {"engine=docker", Key::engine, "docker"},
        {"namespace=k8s.io", Key::name_space, "k8s.io"},
        {"label=a", Key::label, "a"},
        {"label=a=b=c", Key::label, "a=b=c"},
        {"label=a=", Key::label, "a="},
        {"pod=p", Key::pod, "p"},
        {"status=paused", Key::status, "paused"},
        {"name=[ab]", Key::name, "[ab]"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const Request request = request_of({"-f", row.text});
        REQUIRE(request.filters.size() == 1);
        CHECK(request.filters[0].key == row.key);
        CHECK(request.filters[0].value == row.value);
    }
    CHECK(request_of({"-f", "name=a", "--filter=engine=crun", "-fstatus=running"}).filters.size() == 3);
    for (const char* const bad : {"x", "x=1", "=1", "name", "name=", "NAME=a", "label==v", "status=dead",
                                  "status=Running", "id=a/b", "name =a", "[name=a]"}) {
        CAPTURE(bad);
        CHECK(error_of({"-f", bad}).starts_with("--filter: '"));
    }
}

TEST_CASE("a selection and words exclude each other, --all and --filter do not") {
    CHECK(request_of({"--all"}).all);
    CHECK(request_of({"-a", "-f", "name=x"}).filters.size() == 1);
    CHECK_FALSE(request_of({"-f", "name=x"}).all);
    CHECK(error_of({"--all", "web"}) == "--all: selects by itself, so no CONTAINER may be named with it");
    CHECK(error_of({"-f", "name=x", "web"}) == "--filter: selects by itself, so no CONTAINER may be named with it");
    CHECK(error_of({"--all", "--cidfile", "f"}).starts_with("--all: "));
    CHECK(error_of({"--all", "-"}).starts_with("--all: "));
}

TEST_CASE("engine, namespace and pod are checked") {
    const Request request = request_of({"--pod", "default/shop", "--engine", "kubernetes", "--namespace", "k8s.io"});
    CHECK(request.pod == "default/shop");
    CHECK(request.engine == "kubernetes");
    CHECK(request.name_space == "k8s.io");
    CHECK(error_of({"--engine", "dcoker", "web"}).starts_with("--engine: 'dcoker' is not an engine (runc, "));
    CHECK(error_of({"--pod", "a/b/c"}) == "--pod: 'a/b/c' is not NAME or NAMESPACE/NAME");
    CHECK(error_of({"--namespace", "a/b", "web"}) == "--namespace: 'a/b' cannot be a namespace");
    CHECK(error_of({"--pod", "shop", "web"}) == "--pod: selects by itself, so no CONTAINER may be named with it");
    CHECK(error_of({"--pod", "shop", "--all"}) == "--all: contradicts --pod");
    CHECK(error_of({"--engine", "docker"}).starts_with("no CONTAINER"));
}

TEST_CASE("a list selects by itself and says nothing of how to stop") {
    CHECK(request_of({"--list"}).list);
    CHECK(request_of({"-l", "-q"}).verbosity == model::Verbosity::quiet);
    CHECK(request_of({"-la"}).all);
    CHECK(request_of({"-l", "--json", "-f", "status=stopped", "--engine", "runc"}).filters.size() == 1);
    CHECK(request_of({"-l", "--pod", "shop"}).pod == "shop");
    CHECK_FALSE(request_of({"web"}).list);
    CHECK(error_of({"-l", "web"}) == "--list: selects by itself, so no CONTAINER may be named with it");
    CHECK(error_of({"-l", "--cidfile", "f"}).starts_with("--list: selects by itself"));
    for (const Argv& how : std::vector<Argv>{{"-n"},
                                             {"-t", "5"},
                                             {"-s", "HUP"},
                                             {"--kill-timeout", "5"},
                                             {"--schedule", "HUP/5"},
                                             {"--image-config", "f"},
                                             {"--fail-on-kill"},
                                             {"--skip-futile-grace"}}) {
        Argv argv{"--list"};
        argv.insert(argv.end(), how.begin(), how.end());
        CHECK(error_of(argv).starts_with("--list: stops nothing, which contradicts --"));
    }
}

TEST_CASE("nothing named is a usage error with a hint") {
    CHECK(error_of({}) ==
          "no CONTAINER: name one, or use --all, --filter, --pod or --cidfile; --list shows what is there");
    CHECK(error_of({"-n"}).starts_with("no CONTAINER"));
    CHECK(error_of({"--root", "/run/runc"}).starts_with("no CONTAINER"));
}

TEST_CASE("empty words and empty values are refused") {
    CHECK(error_of({""}).starts_with("CONTAINER: ''"));
    CHECK(error_of({"web", ""}).starts_with("CONTAINER: ''"));
    CHECK(error_of({"--", ""}).starts_with("CONTAINER: ''"));
    for (const char* const option : {"--timeout", "--signal", "--kill-timeout", "--schedule", "--image-config",
                                     "--filter", "--cidfile", "--root"}) {
        CAPTURE(option);
        const std::string name = option;
        const std::string glued = name + "=";
        CHECK(error_of({option, "", "web"}) == name + ": needs a value, not an empty one");
        CHECK(error_of({glued.c_str(), "web"}) == name + ": needs a value");
        CHECK(error_of({"web", option}) == name + ": needs a value");
    }
    CHECK(error_of({"web", "-t"}) == "--timeout: needs a value");
    CHECK(error_of({"web", "-nt"}) == "--timeout: needs a value");
    CHECK(error_of({"--image-config", ":latest", "web"}).starts_with("--image-config: ':latest'"));
}

TEST_CASE("flags take no value") {
    for (const char* const bad : {"--all=false", "--all=true", "--all=", "--all={}", "--json=1"}) {
        CAPTURE(bad);
        CHECK(error_of({bad, "web"}).find(": takes no value, got '") != std::string::npos);
    }
    CHECK(error_of({"-n=1", "web"}) == "unknown option '-=' in '-n=1' (see cstop --help)");
}

TEST_CASE("unknown options are named as they were typed") {
    CHECK(error_of({"--timout", "5", "web"}) == "unknown option '--timout' (see cstop --help)");
    CHECK(error_of({"--timout=5", "web"}) == "unknown option '--timout' (see cstop --help)");
    CHECK(error_of({"--timo", "5", "web"}) == "unknown option '--timo' (see cstop --help)");
    CHECK(error_of({"-x", "web"}) == "unknown option '-x' (see cstop --help)");
    CHECK(error_of({"-azz", "web"}) == "unknown option '-z' in '-azz' (see cstop --help)");
    CHECK(error_of({"-5", "web"}) == "unknown option '-5' (see cstop --help)");
    CHECK(error_of({"web", "-5"}) == "unknown option '-5' (see cstop --help)");
    CHECK(error_of({"---all"}) == "unknown option '---all' (see cstop --help)");
    CHECK(error_of({"-!"}) == "unknown option '-!' (see cstop --help)");
    CHECK(error_of({"- "}) == "unknown option '- ' (see cstop --help)");
    CHECK(error_of({"--\x1b[2J"}) == "unknown option '--\\x1b[2J' (see cstop --help)");
    CHECK(error_of({"--CONTAINER", "web"}) == "unknown option '--CONTAINER' (see cstop --help)");
}

TEST_CASE("flags set what they say, also in a cluster and repeated") {
    const Request request = request_of({"-inv", "--json", "--fail-on-kill", "--skip-futile-grace", "-n", "web"});
    CHECK(request.skip_futile_grace);
    CHECK(request.ignore_missing);
    CHECK(request.dry_run);
    CHECK(request.json);
    CHECK(request.fail_on_kill);
    CHECK(request.verbosity == model::Verbosity::verbose);
    CHECK(request_of({"-q", "web"}).verbosity == model::Verbosity::quiet);
    CHECK(error_of({"-qv", "web"}) == "--quiet: contradicts --verbose");
}

TEST_CASE("roots repeat and the last image config counts") {
    CHECK(request_of({"--root", "/a", "--root=/b", "web"}).roots == Words{"/a", "/b"});
    CHECK(request_of({"--image-config", "a", "--image-config", "dir:tag", "web"}).image_config->text == "dir:tag");
}

TEST_CASE("standard input is read at most once") {
    CHECK(words_of({"-"}) == Words{"-"});
    CHECK(error_of({"-", "web", "-"}).starts_with("CONTAINER: '-'"));
    CHECK(error_of({"-", "--", "-"}).starts_with("CONTAINER: '-'"));
}

TEST_CASE("--help and --version answer, whatever else is asked") {
    CHECK(answer_of({"--version"}) == "cstop 0.1.0\n");
    CHECK(answer_of({"-V", "web"}) == "cstop 0.1.0\n");
    CHECK(answer_of({"-h"}) == answer_of({"--help", "-t", "bad"}));
    CHECK(answer_of({"--help"}).starts_with("Usage: cstop [OPTIONS] CONTAINER..."));
}

TEST_CASE("the help fits 80 columns and shows every option once") {
    const std::string help = answer_of({"-h"});
    for (const std::string_view line : split_text(help, '\n')) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
        CHECK_FALSE(line.ends_with(' '));
    }
    const auto lines = split_text(help, '\n');
    for (const cli::Option& option : cli::all_options()) {
        const std::string name(cli::long_name(option));
        const auto shows_it = [&](std::string_view line) {
            return (line.substr(0, 30).find(name + ' ') != std::string_view::npos || line.ends_with(name)) &&
                   (line.starts_with("  -") || line.starts_with("      --"));
        };
        CAPTURE(name);
        CHECK(std::ranges::count_if(lines, shows_it) == 1);
    }
}
