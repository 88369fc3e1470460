// cstop on one page: argv -> request -> containers -> settings -> plans -> outcomes -> exit status.

#include <chrono>
#include <cstdlib>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "cli/arguments.hpp"
#include "discover/discovery.hpp"
#include "kernel/confinement.hpp"
#include "kernel/linux_system.hpp"
#include "kernel/missing_calls.hpp"
#include "plan/escalation.hpp"
#include "plan/pods.hpp"
#include "report/exit_status.hpp"
#include "report/list.hpp"
#include "report/reporter.hpp"
#include "settings/settings.hpp"
#include "stop/examination.hpp"
#include "stop/stop.hpp"

namespace {

using namespace cstop;
using report::ExitStatus;

/// The answers of the discovery, each with its plan or its error, where the report finds them.
struct Agenda {
    std::vector<model::Plan> plans;
    std::vector<report::Entry> entries;
    std::vector<ExitStatus> statuses;
};

Agenda make_agenda(const model::Request& request, const std::optional<model::Sourced<Signal>>& image_signal,
                   std::vector<discover::Answer>& answers) {
    Agenda agenda;
    agenda.plans.reserve(answers.size());  // entries point at them
    for (auto& answer : answers) {
        if (!answer.container.has_value()) {
            agenda.entries.push_back({.word = answer.word, .plan = nullptr, .error = &answer.container.error()});
            agenda.statuses.push_back(report::exit_status_of(answer.container.error(), request.ignore_missing));
            continue;
        }
        auto settings = settings::look_up_settings(request, image_signal, *answer.container);
        agenda.plans.push_back(
            plan::make_plan(request, answer.word, *std::move(answer.container), std::move(settings)));
        agenda.entries.push_back({.word = answer.word, .plan = &agenda.plans.back(), .error = nullptr});
    }
    plan::order_pods(agenda.plans);
    return agenda;
}

struct Streams {
    report::DescriptorStream out{1};
    report::DescriptorStream err{2, out};
};

ExitStatus complain(Streams& streams, const Error& error) {
    report::tell_error(streams.err, error);
    return error.code == ErrorCode::usage ? ExitStatus::usage : ExitStatus::failed;
}

ExitStatus finish(Streams& streams, Agenda& agenda) {
    streams.out.finish();
    // What was asked for is done, but whoever reads the names has not got them all.
    if (streams.out.is_broken()) {
        agenda.statuses.push_back(ExitStatus::failed);
    }
    return report::merge_exit_statuses(agenda.statuses);
}

void tell_notice(const model::Request& request, const std::string& notice, Streams& streams) {
    if (!notice.empty() && request.verbosity != model::Verbosity::quiet) {
        report::tell_warning(streams.err, notice);
    }
}

/// Problems met while scanning matter when the container that was asked for may be among them.
void tell_problems(const model::Request& request, const std::vector<Error>& problems, Streams& streams,
                   Agenda& agenda) {
    const bool is_complete = !request.all && request.filters.empty() && agenda.plans.size() == agenda.entries.size();
    for (const auto& problem : problems) {
        if (is_complete) {
            tell_notice(request, format_error(problem), streams);
        } else {
            report::tell_error(streams.err, problem);
            agenda.statuses.push_back(ExitStatus::failed);
        }
    }
}

ExitStatus stop_all(const model::Request& request, Agenda& agenda, Streams& streams) {
    auto system = kernel::make_linux_system(request.use_sandbox ? kernel::AfterOpening::drop_capabilities
                                                                : kernel::AfterOpening::keep_capabilities);
    if (!system.has_value()) {
        return complain(streams, system.error());
    }
    streams.out.never_wait();
    streams.err.never_wait();
    auto reporter = report::Reporter::make(request, agenda.entries, streams.out, streams.err);
    const auto run = stop::run_plans(**system, agenda.plans, *reporter);
    reporter.reset();
    // From here on a signal ends cstop: its last words may have to wait for whoever reads them.
    system->reset();
    for (const auto& outcome : run.outcomes) {
        agenda.statuses.push_back(report::exit_status_of(outcome, request.fail_on_kill));
    }
    if (run.interrupted_by.has_value()) {
        // Whoever dies of a signal runs no destructor; and whoever pressed Ctrl-C wants an end.
        constexpr auto patience = std::chrono::seconds(1);
        streams.out.finish(patience);
        streams.err.finish(patience);
        kernel::die_of_signal(*run.interrupted_by);
    }
    return finish(streams, agenda);
}

ExitStatus dry_run(const model::Request& request, Agenda& agenda, Streams& streams) {
    auto system = kernel::make_watching_system();
    if (!system.has_value()) {
        return complain(streams, system.error());
    }
    const auto evidence = stop::examine_plans(**system, agenda.plans);
    auto found = evidence.begin();
    for (auto& entry : agenda.entries) {
        if (entry.plan == nullptr) {
            continue;
        }
        if (found->has_value()) {
            entry.evidence = &**found;
        } else {
            entry.error = &found->error();
            agenda.statuses.push_back(report::exit_status_of(found->error(), request.ignore_missing));
        }
        ++found;
    }
    report::show_dry_run(request, agenda.entries, streams.out, streams.err);
    return finish(streams, agenda);
}

ExitStatus list_all(const model::Request& request, Streams& streams) {
    auto selection = discover::list_containers(request);
    if (!selection.has_value()) {
        return complain(streams, selection.error());
    }
    tell_notice(request, selection->notice, streams);
    auto agenda = make_agenda(request, std::nullopt, selection->answers);
    report::show_list(request, agenda.entries, selection->problems, streams.out, streams.err);
    if (!selection->problems.empty()) {
        agenda.statuses.push_back(ExitStatus::failed);
    }
    return finish(streams, agenda);
}

ExitStatus serve(const model::Request& request, Streams& streams) {
    if (request.verbosity == model::Verbosity::verbose) {
        for (const auto& sentence : kernel::find_missing_calls()) {
            report::tell_detail(streams.err, sentence);
        }
    }
    if (request.use_sandbox) {
        for (const auto& sentence : kernel::confine_process()) {
            if (request.verbosity == model::Verbosity::verbose) {
                report::tell_detail(streams.err, sentence);
            }
        }
    }
    if (request.list) {
        return list_all(request, streams);
    }
    const auto words = discover::read_words(request);
    if (!words.has_value()) {
        return complain(streams, words.error());
    }
    std::optional<model::Sourced<Signal>> image_signal;
    if (request.image_config.has_value()) {
        auto looked_up = settings::look_up_image_config(*request.image_config);
        if (!looked_up.has_value()) {
            return complain(streams, looked_up.error());
        }
        image_signal = *std::move(looked_up);
    }
    auto selection = discover::select_containers(request, *words);
    if (!selection.has_value()) {
        return complain(streams, selection.error());
    }
    tell_notice(request, selection->notice, streams);
    auto agenda = make_agenda(request, image_signal, selection->answers);
    tell_problems(request, selection->problems, streams, agenda);
    return request.dry_run ? dry_run(request, agenda, streams) : stop_all(request, agenda, streams);
}

}  // namespace

int main(int argc, char** argv) {
    kernel::prepare_process();
    Streams streams;
    const auto parsed = cli::parse_arguments(
        std::span<const char* const>(argv, static_cast<std::size_t>(argc)).subspan(argc > 0 ? 1 : 0),
        cli::read_environment());
    if (!parsed.has_value()) {
        return static_cast<int>(complain(streams, parsed.error()));
    }
    if (const auto* answer = std::get_if<cli::Answer>(&*parsed)) {
        streams.out.write(answer->text);
        streams.out.finish();
        return streams.out.is_broken() ? EXIT_FAILURE : EXIT_SUCCESS;
    }
    return static_cast<int>(serve(std::get<model::Request>(*parsed), streams));
}
