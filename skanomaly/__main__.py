"""Command line interface as ``python -m skanomaly``."""

import sys

from skanomaly.cli import run

if __name__ == "__main__":
    sys.exit(run())
