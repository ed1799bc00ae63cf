"""`python -m gan export`: a trained model as files that need nothing of this program, with a model card."""

import argparse
import tempfile
from pathlib import Path

from gan.commands.data import path
from gan.commands.source import add_checkpoint
from gan.run.errors import GanError
from gan.run.files import write_whole
from gan.use.card import README, Export, card
from gan.use.example import NAME, example
from gan.use.formats import ONNX, SAFETENSORS, TORCH, write
from gan.use.load import BEST, Able, file_of, load_able
from gan.use.networks import networks_of
from gan.use.origin import Origin, origin
from gan.use.places import needs_force, refuse_existing

EXAMPLE = """examples:
  python -m gan export --to onnx --out digits                      the workspace's best checkpoint
  python -m gan export wide-1 --to torch --out maps --direction a2b  one direction of an experiment
  python -m gan export dcgan.safetensors --to safetensors --out digits
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("export", epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_checkpoint(parser)
    parser.add_argument("--to", required=True, choices=(ONNX, TORCH, SAFETENSORS), help="format of the weights")
    parser.add_argument("--out", type=path, required=True, metavar="FOLDER", help="for weights, card and example")
    parser.add_argument("--direction", help="of a model that translates: a2b or b2a; all")
    parser.add_argument("--force", action="store_true", help="write over files that are there")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Write the folder, once all of it was read again and compared.

    Raises:
        GanError: there is no such checkpoint or direction, the folder is there already, or a file makes something else.
    """
    _refuse(given)
    model = load_able(given.source, given.model, given.checkpoint, "cpu", _able(given.direction))
    networks = networks_of(model, given.direction)
    known = Origin() if file_of(given.source) else origin(given.source, model.model, given.checkpoint or BEST)
    with tempfile.TemporaryDirectory(prefix="gan-export-") as temporary:
        folder = Path(temporary)
        files = write(given.to, model, networks, folder)
        text = example(given.to, networks[files[0].network], files[0])
        (folder / NAME).write_text(text, "utf-8")
        export = Export(given.to, model, networks, files, known, text)
        (folder / README).write_text(card(export), "utf-8")
        written = sorted(folder.iterdir())
        with needs_force([given.out / one.name for one in written], given.force):
            for one in written:
                write_whole(given.out / one.name, one.read_bytes())
    for file in files:
        print(f"{file.network} in {file.file}: at most {file.difference:.2g} from torch, of values in [-1, 1]")
    print(f"{given.to} of {model}: {given.out}")


def _refuse(given: argparse.Namespace) -> None:
    """Refuse, before any work, what could not be written."""
    if given.out.is_file() or given.out.suffix in (".onnx", ".pt", ".pt2", ".pth", ".safetensors"):
        raise GanError(f"{given.out} is the name of a file; an export is a folder with weights, {README} and {NAME}")
    refuse_existing([given.out / README, given.out / NAME], force=True)
    if given.out.is_dir() and any(given.out.iterdir()) and not given.force:
        raise GanError(f"{given.out} is there already; --force writes over what is there, or name another place")
    if given.to == SAFETENSORS and given.direction:
        raise GanError(f"direction {given.direction}: {SAFETENSORS} holds all weights of a checkpoint; leave it out")


def _able(direction: str | None) -> Able:
    """Whether a model translates, if a direction is asked for; else whether it has any network to give."""
    return lambda use: use.directions or (use.networks if direction is None else None)
