// Live lines and plain lines on one terminal.

#include <algorithm>
#include <map>

#include <doctest/doctest.h>

#include "plans.hpp"
#include "report/reporter.hpp"

using namespace cstop;
using namespace std::chrono_literals;
using model::Aim;
using model::Standing;

namespace {

/// What a terminal of the test's own is like.
struct Device {
    std::string received;
    report::TerminalSize size{.rows = 24, .columns = 80};
    bool is_in_foreground = true;
    bool is_continued = false;
    std::size_t room = SIZE_MAX;  ///< bytes that it still takes without waiting

    std::string take() { return std::exchange(received, ""); }
};

class DeviceTerminal final : public report::Terminal {
public:
    explicit DeviceTerminal(Device& device) : device_(device) {}
    report::TerminalSize size() const override { return device_.size; }
    bool is_in_foreground() const override { return device_.is_in_foreground; }
    bool take_continuation() override { return std::exchange(device_.is_continued, false); }
    std::size_t write_now(std::string_view bytes) override {
        const std::size_t taken = std::min(bytes.size(), device_.room);
        device_.received += bytes.substr(0, taken);
        device_.room -= device_.room == SIZE_MAX ? 0 : taken;
        return taken;
    }

private:
    Device& device_;
};

class DeviceStream final : public report::Stream {
public:
    explicit DeviceStream(Device& device, bool is_terminal = true) : device_(device), is_terminal_(is_terminal) {}
    void write(std::string_view bytes) override { device_.received += bytes; }
    bool is_broken() const override { return false; }
    bool is_terminal() const override { return is_terminal_; }
    std::optional<std::size_t> columns() const override { return device_.size.columns; }
    std::unique_ptr<report::Terminal> open_terminal() const override {
        return std::make_unique<DeviceTerminal>(device_);
    }

private:
    Device& device_;
    bool is_terminal_;
};

class Stops final : public model::Scene {
public:
    std::optional<Standing> look_at(std::size_t plan) override {
        const auto found = standings.find(plan);
        return found == standings.end() ? std::nullopt : std::optional(found->second);
    }
    std::map<std::size_t, Standing> standings;
};

Standing asking(Duration left) {
    Standing standing;
    standing.step = make_test_step(sigterm, Aim::init, 0ms);
    standing.next = Standing::Next::kill;
    standing.left = left;
    standing.whole = 10s;
    standing.processes = 1;
    return standing;
}

struct Stage {
    explicit Stage(model::When progress = model::When::automatic, bool is_terminal = true) : err(device, is_terminal) {
        request.progress = progress;
        request.color = model::When::never;
        for (const char* const word : {"web", "db"}) {
            plans.push_back(make_test_plan(word));
            entries.push_back({.word = word, .plan = nullptr, .error = nullptr});
        }
        entries[0].plan = &plans[0];
        entries[1].plan = &plans[1];
        stops.standings = {{0, asking(10s)}, {1, asking(9s)}};
        reporter = report::Reporter::make(request, entries, out, err);
    }

    Device device;
    model::Request request;
    std::vector<model::Plan> plans = [] {
        std::vector<model::Plan> empty;
        empty.reserve(2);  // entries point at them
        return empty;
    }();
    std::vector<report::Entry> entries;
    report::TextStream out;
    DeviceStream err;
    Stops stops;
    std::unique_ptr<report::Reporter> reporter;
};

const std::string web = "web  SIGTERM to init  [##########################]  1 process  SIGKILL in 10s\x1b[K\r\n";
const std::string db = "db   SIGTERM to init  [#######################...]  1 process  SIGKILL in 9s\x1b[K\r\n";
const std::string db_alone = "db  SIGTERM to init  [########################...]  1 process  SIGKILL in 9s\x1b[K\r\n";

}  // namespace

TEST_CASE("live lines are drawn over the ones before") {
    Stage stage;
    CHECK(stage.device.take().empty());
    CHECK(stage.reporter->look_interval() == 100ms);
    stage.reporter->on_look(stage.stops);
    CHECK(stage.device.take() == "\r" + web + db + "\x1b[J");
    stage.reporter->on_look(stage.stops);
    CHECK(stage.device.take() == "\r\x1b[2A" + web + db + "\x1b[J");
}

TEST_CASE("without a terminal nobody looks and nothing is drawn, unless the user insists") {
    Stage none(model::When::automatic, false);
    CHECK_FALSE(none.reporter->look_interval().has_value());
    Stage never(model::When::never);
    CHECK_FALSE(never.reporter->look_interval().has_value());
    Stage always(model::When::always, false);
    always.reporter->on_look(always.stops);
    CHECK(always.device.take() == "\r" + web + db + "\x1b[J");
}

TEST_CASE("plain text goes where the live lines were, and they follow it") {
    Stage stage;
    stage.reporter->on_look(stage.stops);
    stage.device.take();
    stage.reporter->on_warning(0, "careful");
    CHECK(stage.device.take() == "\r\x1b[2A\x1b[Jcstop: web: warning: careful\n\r" + web + db + "\x1b[J");
}

TEST_CASE("a container that has ended has no line, and after the last one nothing is left") {
    Stage stage;
    stage.reporter->on_look(stage.stops);
    stage.device.take();
    stage.reporter->on_outcome(0, make_test_outcome());
    CHECK(stage.device.take() == "\r\x1b[2A\x1b[J\r" + db_alone + "\x1b[J");
    stage.reporter->on_outcome(1, make_test_outcome());
    CHECK(stage.device.take().starts_with("\r\x1b[1A\x1b[Jcstop: stopped 2, in "));
    CHECK(stage.out.text == "web\ndb\n");
    stage.reporter.reset();
    CHECK(stage.device.take().empty());
}

TEST_CASE("between two looks the lines are drawn again only once") {
    Stage stage;
    stage.reporter->on_look(stage.stops);
    stage.reporter->on_warning(0, "one");
    stage.device.take();
    stage.reporter->on_warning(0, "two");
    stage.reporter->on_warning(0, "three");
    CHECK(stage.device.take() == "\r\x1b[2A\x1b[Jcstop: web: warning: two\ncstop: web: warning: three\n");
    stage.reporter->on_look(stage.stops);
    CHECK(stage.device.take() == "\r" + web + db + "\x1b[J");
}

TEST_CASE("whoever stops listening finds no live line") {
    Stage stage;
    stage.reporter->on_look(stage.stops);
    stage.device.take();
    stage.reporter.reset();
    CHECK(stage.device.take() == "\r\x1b[2A\x1b[J");
}

TEST_CASE("a terminal that takes nothing does not hold up the stop, and gets whole screens later") {
    Stage stage;
    stage.device.room = 5;
    stage.reporter->on_look(stage.stops);
    CHECK(stage.device.take() == "\rweb ");
    stage.reporter->on_look(stage.stops);
    CHECK(stage.device.take().empty());
    stage.device.room = SIZE_MAX;
    stage.reporter->on_look(stage.stops);
    CHECK(stage.device.take() == web.substr(4) + db + "\x1b[J\r\x1b[2A" + web + db + "\x1b[J");
}

TEST_CASE("a drawing that was cut short is finished before plain text follows") {
    Stage stage;
    stage.device.room = 5;
    stage.reporter->on_look(stage.stops);
    stage.device.take();
    stage.reporter->on_outcome(0, make_test_outcome());
    CHECK(stage.device.take() == web.substr(4) + db + "\x1b[J\r\x1b[2A\x1b[J");
}

TEST_CASE("in the background nothing is drawn and nothing of others is erased") {
    Stage stage;
    stage.reporter->on_look(stage.stops);
    stage.device.take();
    stage.device.is_in_foreground = false;
    stage.reporter->on_look(stage.stops);
    stage.reporter->on_warning(0, "careful");
    CHECK(stage.device.take() == "cstop: web: warning: careful\n");
    stage.device.is_in_foreground = true;
    stage.reporter->on_look(stage.stops);
    CHECK(stage.device.take() == "\r" + web + db + "\x1b[J");
}

TEST_CASE("what a shell wrote while cstop was stopped is not erased") {
    Stage stage;
    stage.reporter->on_look(stage.stops);
    stage.device.take();
    stage.device.is_continued = true;
    stage.reporter->on_warning(0, "careful");
    CHECK(stage.device.take().starts_with("cstop: web: warning: careful\n"));
    stage.reporter->on_look(stage.stops);
    stage.device.take();
    stage.device.is_continued = true;
    stage.reporter->on_look(stage.stops);
    stage.reporter->on_look(stage.stops);
    CHECK(stage.device.take() == "\r" + web + db + "\x1b[J");
}

TEST_CASE("lines that a narrower terminal has wrapped are erased as well") {
    Stage stage;
    stage.reporter->on_look(stage.stops);
    stage.device.take();
    stage.device.size.columns = 40;
    stage.reporter->on_look(stage.stops);
    CHECK(stage.device.take().starts_with("\r\x1b[4A"));
}
