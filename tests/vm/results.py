"""A pytest plugin: each test's outcome is written to the serial line as soon as it is known, in tests/vm/run's form."""
import os
import re

import pytest


class Results:
    def __init__(self):
        self._out = os.open(os.environ.get("CSTOP_VM_RESULTS", "/dev/stdout"), os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)
        self._reports = {}
        self._collection_errors = []
        self._is_planned = False

    def _say(self, line):
        os.write(self._out, (line.encode("utf-8", "replace").decode("ascii", "replace") + "\n").encode())

    def _say_indented(self, text):
        for line in text.splitlines():
            self._say("    " + line)

    def pytest_collectreport(self, report):
        if report.failed:
            self._collection_errors.append(report)

    def pytest_collection_finish(self, session):
        if session.items:  # with workers, they have them
            self._plan(len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids):
        if not self._is_planned:  # every worker tells the same
            self._plan(len(ids))

    def _plan(self, count):
        self._is_planned = True
        self._say("plan %d" % (count + len(self._collection_errors)))
        for report in self._collection_errors:
            self._say("FAIL " + report.nodeid)
            self._say_indented(report.longreprtext)

    def pytest_runtest_logreport(self, report):
        self._reports.setdefault(report.nodeid, []).append(report)

    def pytest_runtest_logfinish(self, nodeid):
        phases = self._reports.pop(nodeid)
        name = re.sub(r"@[\w-]+$", "", nodeid)  # xdist adds the group
        seconds = sum(phase.duration for phase in phases)
        bad = [phase for phase in phases if phase.failed]
        skipped = [phase for phase in phases if phase.skipped]
        if bad:
            self._say("FAIL %s (%.1f s)" % (name, seconds))
            for phase in bad:
                self._say_indented("in %s:" % phase.when)
                self._say_indented(phase.longreprtext)
                for title, text in phase.sections:
                    self._say_indented("-- %s\n%s" % (title, text[-4000:]))
        elif skipped:
            reason = skipped[0].longrepr[2] if isinstance(skipped[0].longrepr, tuple) else skipped[0].longreprtext
            self._say("skip %s: %s" % (name, reason.splitlines()[0] if reason else ""))
        else:
            self._say("ok %s (%.1f s)" % (name, seconds))


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # xdist's workers tell their parent
        config.pluginmanager.register(Results(), "results-of-the-machine")
