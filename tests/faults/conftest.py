"""The fixtures of the integration tests, and what only faults need."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))

from fixtures import *  # pylint: disable=unused-wildcard-import,wildcard-import,wrong-import-position
