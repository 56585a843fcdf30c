"""Parser of the command line; each command adds its own arguments."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping
from typing import Any, NoReturn

from skanomaly import __version__
from skanomaly._text import closest
from skanomaly.cli import _benchmark, _demo, _detect, _info, _read, _report, _score

_EPILOG = """\
examples:
  skanomaly demo
  skanomaly read metric.csv
  skanomaly detect metric.csv
  skanomaly detect flows.csv --time Start --value ABBytes --every 1min --agg sum
  skanomaly detect new.csv --train old.csv --detector lstm --threshold sigma:8
  skanomaly score skanomaly-out/model.skanomaly newer.csv
  skanomaly report skanomaly-out --title "Last week"
  skanomaly benchmark labelled/ --detector pca autoencoder --seeds 3 --jobs 2
"""

# In the order of the help.
_VERBS: dict[str, Any] = {
    "detect": _detect,
    "score": _score,
    "read": _read,
    "report": _report,
    "info": _info,
    "demo": _demo,
    "benchmark": _benchmark,
}


class _Parser(ArgumentParser):
    """Parser whose errors point to the help instead of printing the usage."""

    def __init__(self, **settings: Any) -> None:
        # Otherwise a command without --labels reads it as --labels-file.
        super().__init__(allow_abbrev=False, **settings)
        self.commands: Mapping[str, _Parser] = {}  # by name, for hints

    def parse_known_args(  # type: ignore[override]
        self, args: Any = None, namespace: Any = None
    ) -> tuple[Namespace, list[str]]:
        """Parse arguments, and raise here what only the outer parser would."""
        options, unknown = super().parse_known_args(args, namespace)
        if unknown:
            hint = self._hint(unknown[0].partition("=")[0])
            self.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
        return options, unknown

    def _hint(self, name: str) -> str:
        """Return where there is an option of the name, or one like it."""
        if not name.startswith("-"):
            return ""
        others = [
            command
            for command, parser in self.commands.items()
            if name in parser._option_string_actions
        ]
        if others:
            return f". {name} is an option of {' and '.join(others)}."
        question = closest(name, self._option_string_actions)
        return question and f".{question}"

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def make_parser() -> ArgumentParser:
    """Return the parser; the parsed options hold the function to call as ``run``."""
    parser = _Parser(
        prog="skanomaly",
        description="Find anomalies in time series with deep learning.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, verb in _VERBS.items():
        verb_parser = verbs.add_parser(name, help=verb.SUMMARY)
        verb_parser.commands = verbs.choices
        verb.add_arguments(verb_parser)
        verb_parser.add_argument(
            "--debug",
            action="store_true",
            help="show the traceback of an unexpected error",
        )
    return parser
