"""Command line interface."""

import os
import shlex
import sys
from collections.abc import Sequence

from skanomaly.cli._errors import InputError
from skanomaly.cli._interrupt import interruptible

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``skanomaly``.

    Parameters
    ----------
    argv : sequence of str, default=None
        Arguments; if None, those of the process.

    Returns
    -------
    code : int
        0 on success (with or without events), 2 on bad usage or bad input, 130 if
        interrupted.
    """
    # TensorFlow logs to standard error as soon as it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        # A slow import, which Ctrl-C may interrupt: hence inside `try`.
        from skanomaly.cli._parser import make_parser

        said = sys.argv[1:] if argv is None else list(argv)
        options = make_parser().parse_args(said)
        options.command_line = shlex.join(["skanomaly", *said])
        with interruptible():
            options.run(options)
    except SystemExit as stop:  # argparse: --help, --version and bad usage
        return stop.code if isinstance(stop.code, int) else 2
    except InputError as error:
        print(f"skanomaly: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("skanomaly: interrupted, nothing was written", file=sys.stderr)
        return 130
    return 0
