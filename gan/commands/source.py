"""How a command is told which trained model to use."""

import argparse
from collections.abc import Callable

from gan.sampling.use import Use
from gan.use.load import load_able
from gan.use.recorded import WORKSPACE
from gan.use.trained import Trained


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `trained` reads."""
    add_checkpoint(parser)
    parser.add_argument("--accelerator", default="auto", choices=("auto", "cpu", "cuda"), help="%(default)s")


def add_checkpoint(parser: argparse.ArgumentParser) -> None:
    """Add those of them that name a checkpoint."""
    parser.add_argument(
        "source", metavar="REV", nargs="?", default=WORKSPACE,
        help="a commit, a tag, an experiment, or a .safetensors file; %(default)s",
    )  # fmt: skip
    parser.add_argument("--checkpoint", metavar="best|last|step-…", help="of the revision; best")
    parser.add_argument("--model", help="needed if several models of the revision can do this")


def trained(given: argparse.Namespace, able: Callable[[Use], object]) -> Trained:
    """The model that these arguments name; of several, the one that is able; raises as `gan.load`."""
    return load_able(given.source, given.model, given.checkpoint, given.accelerator, able)
