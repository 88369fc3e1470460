"""How long things may take: no limit that is meant for a real machine fits an emulated one beside busy others."""

import os

PACE = float(os.environ.get("CSTOP_PACE", "1"))


def within(seconds):
    """An upper bound: of this machine, where `seconds` are enough on a real one."""
    return seconds * PACE
