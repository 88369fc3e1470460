"""A pytest plugin: each test's outcome is written to the serial line as soon as it is known, in tests/vm/run's form."""
import os

out = None


def say(line):
    os.write(out, (line.encode("utf-8", "replace").decode("ascii", "replace") + "\n").encode())


def say_indented(text):
    for line in text.splitlines():
        say("    " + line)


def pytest_configure(config):
    global out
    out = os.open(os.environ.get("CSTOP_VM_RESULTS", "/dev/stdout"), os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
    reports.clear()


reports = {}
collection_errors = []


def pytest_collectreport(report):
    if report.failed:
        collection_errors.append(report)


def pytest_collection_finish(session):
    say("plan %d" % (len(session.items) + len(collection_errors)))
    for report in collection_errors:
        say("FAIL " + report.nodeid)
        say_indented(report.longreprtext)


def pytest_runtest_logreport(report):
    reports.setdefault(report.nodeid, []).append(report)


def pytest_runtest_logfinish(nodeid):
    phases = reports.pop(nodeid)
    seconds = sum(phase.duration for phase in phases)
    bad = [phase for phase in phases if phase.failed]
    skipped = [phase for phase in phases if phase.skipped]
    if bad:
        say("FAIL %s (%.1f s)" % (nodeid, seconds))
        for phase in bad:
            say_indented("in %s:" % phase.when)
            say_indented(phase.longreprtext)
            for title, text in phase.sections:
                say_indented("-- %s\n%s" % (title, text[-4000:]))
    elif skipped:
        reason = skipped[0].longrepr[2] if isinstance(skipped[0].longrepr, tuple) else skipped[0].longreprtext
        say("skip %s: %s" % (nodeid, reason.splitlines()[0] if reason else ""))
    else:
        say("ok %s (%.1f s)" % (nodeid, seconds))
