"""The fixtures of fixtures.py, which tests/faults uses as well."""

from fixtures import *  # pylint: disable=unused-wildcard-import,wildcard-import
