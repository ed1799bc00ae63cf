"""`python -m gan app`: a page to look and play, served on this machine to this machine."""

import argparse
import os

from gan.commands.app.models import Models
from gan.commands.app.server import LOCAL, Limits, Server
from gan.commands.arguments import above_zero, port
from gan.commands.revisions import experiments
from gan.run.errors import GanError
from gan.use.recorded import WORKSPACE

EXAMPLE = """examples:
  python -m gan app                                    the workspace, and all experiments to choose from
  python -m gan app main wide-1                        two revisions or experiments
  python -m gan app dcgan.safetensors cyclegan.safetensors
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("app", epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "sources", metavar="REV", nargs="*",
        help="commits, tags, experiments, or .safetensors files; the workspace and all experiments",
    )  # fmt: skip
    parser.add_argument("--port", type=port(0), default=7860, help="of the page; 0 takes a free one; %(default)s")
    parser.add_argument(
        "--host", default="localhost",
        help="a name or IP address of this machine, or 0.0.0.0 for all of them: other machines then reach the page "
        "too, without a password; %(default)s",
    )  # fmt: skip
    parser.add_argument(
        "--max-megapixels", type=above_zero, default=16.0, help="a larger picture is not read; %(default)s"
    )
    parser.add_argument(
        "--max-megabytes", type=above_zero, default=50.0, help="a larger file is not taken; %(default)s"
    )
    parser.add_argument("--accelerator", default="auto", choices=("auto", "cpu", "cuda"), help="%(default)s")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Serve the page until Ctrl-C, then leave Python.

    Raises:
        GanError: there is no such checkpoint, or the port cannot be had.
    """
    models = chosen(given.sources, given.accelerator)
    limits = Limits(given.max_megapixels, given.max_megabytes)
    with Server(given.host, given.port, models, limits) as server:
        if given.host not in LOCAL:
            print(f"--host {given.host}: whoever reaches this machine can use the page, without a password")
        shown = f"{', '.join(models.sources[:3])}{', …' * (len(models.sources) > 3)}"
        print(f"{server.url} shows {shown}; Ctrl-C ends it", flush=True)
        server.serve()
        models.end()
    os._exit(0)  # not Python's own end, at which torch aborts if a thread still has a tensor to free


def chosen(sources: list[str], accelerator: str) -> Models:
    """The models that the page offers; each that was named has been found.

    Raises:
        GanError: one of them is not there; or none was named, and there is none.
    """
    if sources:
        models = Models(list(dict.fromkeys(sources)), accelerator)
        for source in models.sources:
            models.check(source)
        return models
    try:
        tried = [name for name, _ in reversed(experiments())]
    except GanError:  # no git here, so no experiments; the workspace tells what is missing
        tried = []
    models = Models([WORKSPACE, *dict.fromkeys(tried)], accelerator)
    try:
        models.check(WORKSPACE)
    except GanError:
        if not tried:
            raise
        models.sources.remove(WORKSPACE)
    return models
