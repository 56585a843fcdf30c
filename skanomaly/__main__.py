"""``python -m skanomaly`` is the command line."""

import sys

from skanomaly.cli import main

if __name__ == "__main__":
    sys.exit(main())
