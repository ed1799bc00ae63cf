"""Your own images: a folder of them at any depth, or CycleGAN's trainA, trainB, testA and testB."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PIL import Image

from gan.core.errors import DataError
from gan.datasets.packing import Item

SUFFIXES = frozenset(Image.registered_extensions())
SPLITS = ("trainA", "trainB", "testA", "testB")


def items(folder: Path) -> Iterator[Item]:
    """Every file below the folder whose suffix Pillow knows, sorted by name.

    Raises:
        DataError: there is no such folder, or no image in it.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; give the path of one that holds images")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise DataError(f"{folder} holds no image (looked for {', '.join(sorted(SUFFIXES)[:8])}, …)")
    for path in paths:
        yield Item(path.relative_to(folder).as_posix(), partial(Image.open, path))


def domains(folder: Path) -> dict[str, Iterator[Item]]:
    """The four sets of a CycleGAN dataset folder, as the paper's datasets are laid out.

    Raises:
        DataError: one of trainA, trainB, testA, testB is missing or empty.
    """
    missing = [split for split in SPLITS if not (folder / split).is_dir()]
    if missing:
        raise DataError(f"{folder} lacks {', '.join(missing)}; CycleGAN wants {', '.join(SPLITS)}")
    return {split: items(folder / split) for split in SPLITS}
