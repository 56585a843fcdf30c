"""Command line interface."""

import os
import shlex
import sys
import traceback
from collections.abc import Sequence

from skanomaly._keras import keras_is_loading, lasting_imports, wait_for_keras
from skanomaly.cli._errors import InputError, only_our_warnings
from skanomaly.cli._interrupt import interruptible

__all__ = ["main", "run"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``skanomaly``.

    Parameters
    ----------
    argv : sequence of str, default=None
        Arguments; if None, those of the process.

    Returns
    -------
    code : int
        0 on success (with or without events), 1 on an unexpected error, 2 on bad
        usage or bad input, 130 if
        interrupted.
    """
    try:
        return _run(sys.argv[1:] if argv is None else list(argv))
    finally:
        # The caller goes on in this process, with standard error as it was.
        wait_for_keras()


def run() -> int:
    """Run ``skanomaly`` as the program of this process, and return its exit code.

    After a refusal, the process does not wait for the import of Keras that has begun,
    but ends here: the interpreter cannot end in the middle of an import.
    """
    code = _run(sys.argv[1:])
    if keras_is_loading():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _run(argv: list[str]) -> int:
    # TensorFlow logs to standard error as soon as it is imported.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        # A slow import, which Ctrl-C may interrupt: hence inside `try`.
        with lasting_imports():
            from skanomaly.cli._parser import make_parser

            parser = make_parser()
        options = parser.parse_args(argv)
        options.command_line = shlex.join(["skanomaly", *argv])
        with interruptible(), only_our_warnings():
            options.run(options)
    except SystemExit as stop:  # argparse: --help, --version and bad usage
        return stop.code if isinstance(stop.code, int) else 2
    except InputError as error:
        print(f"skanomaly: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("skanomaly: interrupted, nothing was written", file=sys.stderr)
        return 130
    except Exception as error:  # No traceback leaves the command line.
        if "--debug" in argv:
            traceback.print_exc()
        what = " ".join(f"{type(error).__name__}: {error}".split())
        hint = "" if "--debug" in argv else " (--debug shows where)"
        print(f"skanomaly: unexpected error: {what}{hint}", file=sys.stderr)
        return 1
    return 0
