"""`python -m gan import`: weights of another program's training, as a checkpoint of this one."""  # noqa: N999

import argparse

from gan.artifacts.checkpoint import write
from gan.commands.data import path
from gan.run.errors import GanError
from gan.sampling.use import use_of
from gan.use.load import SUFFIX
from gan.use.places import refuse_existing
from gan.use.trained import Trained

EXAMPLE = """examples:
  python -m gan import cyclegan horse2zebra.pth --direction a2b --out zebras.safetensors     one direction
  python -m gan import cyclegan latest_net_G_A.pth --back latest_net_G_B.pth --direction a2b --out both.safetensors
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("import", epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", metavar="MODEL", help="cyclegan: generators that junyanz's public CycleGAN has saved")
    parser.add_argument("file", metavar="FILE.pth", type=path, help="the weights of one generator")
    parser.add_argument("--direction", required=True, help="what it translates: a2b or b2a; the public G_A does a2b")
    parser.add_argument("--back", metavar="FILE.pth", type=path, help="the generator of the opposite direction")
    parser.add_argument("--out", metavar=f"FILE{SUFFIX}", type=path, required=True, help="the checkpoint")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Write the checkpoint.

    Raises:
        GanError: a file does not hold what it should, or `out` is there already.
    """
    imported = use_of(given.model).imported
    if imported is None:
        raise GanError(f"import {given.model}: no weights from elsewhere can be read for it; they can for cyclegan")
    if given.out.suffix != SUFFIX:
        raise GanError(f"{given.out}: the name of a checkpoint ends in {SUFFIX}")
    refuse_existing([given.out], given.force)
    checkpoint = imported(given.file, given.direction, given.back)
    write(given.out, checkpoint)
    model = Trained(checkpoint, "cpu", "auto")
    print(f"{' and '.join(model.directions)} by {model}: {given.out}")
