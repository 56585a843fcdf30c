"""``skanomaly demo``: detect the known events of a generated series."""

from argparse import ArgumentParser, Namespace

from skanomaly._compat import import_extra
from skanomaly.cli._detect import Parts, run_detector
from skanomaly.cli._fit import check_options, check_training
from skanomaly.cli._options import add_detector, add_events, add_output
from skanomaly.cli._reading import Reading

SUMMARY = "train on a generated series and find its events"


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of ``skanomaly demo``."""
    parser.description = "Detect the known events of a generated series."
    add_detector(parser.add_argument_group("training"))
    add_events(parser.add_argument_group("events"))
    add_output(parser.add_argument_group("output"), "skanomaly-demo")
    parser.set_defaults(run=demo)


def demo(options: Namespace) -> None:
    """Run ``skanomaly demo``."""
    from skanomaly.datasets import make_periodic

    check_options(options)
    made = make_periodic(random_state=options.seed or 0)
    pd = import_extra("pandas", extra="cli")
    series = pd.DataFrame(made.X, columns=["value"])
    check_training(options, made.train_size)
    parts = Parts(
        training=made.X[: made.train_size],
        scored=series,
        n_train=made.train_size,
        truth=made.y == 1,
        said=f"trained on the first {made.train_size:,} of {len(series):,} generated "
        "samples",
    )
    run_detector(options, parts, reading=Reading())
