"""LSUN: scenes and objects, one LMDB of encoded images per class.

It is read with the package `lmdb`. torchvision's reader keeps a pickle of all keys in the current folder, under a name
of the letters in the database's path: a copy whose path has the same letters would be read with the wrong keys.
"""

from functools import partial
from io import BytesIO
from typing import Any

from PIL import Image

from gan.datasets import formats, versions
from gan.datasets.archive import unpack
from gan.datasets.collection import Collection
from gan.datasets.official import Official
from gan.run.errors import DataError

ADVICE = "LSUN's authors have a script that downloads a class: put <class>_train_lmdb.zip or the unpacked folder there"


def sets(official: Official, classes: list[str]) -> dict[str, Collection]:
    """`train`: the images of all named classes, class after class.

    There is no `test`, so `test_count` images are held out: the official validation set has only 300 images per class.

    Raises:
        DataError: no class is named, or one is not there.
    """
    if not classes:
        raise DataError("prepare_data.images.classes: lsun wants the classes by name, as in classes: [church_outdoor]")
    parts = [_class(official, name) for name in classes]
    names = [name for part in parts for name in part.names]
    starts = [sum(len(part) for part in parts[:index]) for index in range(len(parts))]

    def open_one(index: int) -> Image.Image:
        part = max(number for number, start in enumerate(starts) if start <= index)
        return parts[part].open(index - starts[part])

    return {"train": Collection(names, open_one, version=" ".join(part.version for part in parts))}


def _class(official: Official, name: str) -> Collection:
    import lmdb

    Image.init()  # register Pillow's formats now, not in several threads at once
    stem = f"{name}_train_lmdb"
    path = official.must_find(ADVICE, stem, f"{stem}.zip")
    if path.is_file():
        path = unpack(path, official.own) / stem
    try:
        database = lmdb.open(str(path), max_readers=126, readonly=True, lock=False, readahead=False, meminit=False)
        with database.begin() as transaction:
            keys = list(transaction.cursor().iternext(keys=True, values=False))
    except lmdb.Error as error:
        raise DataError(f"{path} is no LMDB of LSUN: {error}") from error
    version = versions.of_file(path / "data.mdb")
    return Collection([f"{name}/{key.decode()}" for key in keys], partial(_open, database, keys), version=version)


def _open(database: Any, keys: list[bytes], index: int) -> Image.Image:
    with database.begin() as transaction:
        return formats.read(BytesIO(transaction.get(keys[index])))
