"""`python -m gan data describe`: look at a dataset before you train on it."""

import argparse
from pathlib import Path

import pandas as pd

from gan.commands.describe import describe, leaks
from gan.commands.sheet import contact_sheet
from gan.records.dataset import read_dataset_card
from gan.run.errors import DataError
from gan.run.paths import CARD, PACKED, expanded

LISTED = 5  # leaked images that are named
SHOWN = ("split", "classes", "limit", "rejected", "passed_over")

EXAMPLE = """example:
  python -m gan data describe               all datasets that prepare-data packed
  python -m gan data describe data/packed/images   one of them
"""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("data").add_subparsers(required=True, metavar="COMMAND")
    parser = group.add_parser(
        "describe",
        help="counts, sizes, duplicates, leaks between train and test, and a contact sheet",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folders", nargs="*", type=path, metavar="FOLDER", help="packed datasets; default: all")
    parser.add_argument("--out", type=path, default=Path("reports/data"), help="for contact sheets; %(default)s")
    parser.set_defaults(run=lambda given: run(given.folders or packed(), given.out))


def path(text: str) -> Path:
    """Expand `~`, which a shell does not do in `--out=~/sheets`; raises ValueError as `expanded`."""
    return Path(expanded(text))


def packed() -> list[Path]:
    """All datasets that prepare-data packed.

    Raises:
        DataError: there is none.
    """
    if found := sorted(card.parent for card in PACKED.glob(f"*/{CARD}")):
        return found
    raise DataError(f"{PACKED} holds no dataset; `dvc repro prepare-data` packs them")


def run(folders: list[Path], out: Path) -> None:
    """Describe each packed dataset on stdout, and draw its contact sheet into `out`.

    Raises:
        DataError: a folder holds no packed dataset.
    """
    for folder in folders:
        card = read_dataset_card(folder)
        print(f"{folder}: {card['source']}, {card.get('licence', '')}")
        some = [f"{key.replace('_', ' ')}: {card[key]}" for key in SHOWN if card.get(key) not in (None, "", "all")]
        print(f"  {'; '.join(some)}")
        found = describe(folder)
        print(pd.DataFrame([one.row() for one in found]).to_string(index=False))
        for name, labels in card.get("labels", {}).items():
            counts = labels["counts"].values()
            print(f"  {name}: {len(counts)} classes, of {min(counts)} to {max(counts)} images")
        for test, train, both in leaks(found):
            print(f"  leak: {len(both)} images of {test} are in {train} too, pixel by pixel")
            for one, other in both[:LISTED]:
                print(f"    {one} = {other}")
        sheet = out / f"{folder.name}.png"
        contact_sheet({one.name: (one.images, one.mean) for one in found}, sheet)
        print(f"  contact sheet: {sheet}")
