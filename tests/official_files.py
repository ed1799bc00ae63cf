"""The official files of published datasets, made small: the real formats with a few images."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import lmdb
import numpy as np
import pytest
import scipy.io
from PIL import Image
from torchvision import datasets

from gan.core.images import Uint8


def pixels(count: int, *shape: int, seed: int = 0) -> Uint8:
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), np.uint8)


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def idx(values: Uint8) -> bytes:
    """LeCun's format: zero, zero, type, rank, sizes, values."""
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


def mnist(folder: Path, packed: bool) -> None:
    """Four files: 20 training and 10 test images of the classes 0, 1, 2, …"""
    folder.mkdir(parents=True, exist_ok=True)
    for name, count in (("train", 20), ("t10k", 10)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        for suffix, values in (("images-idx3-ubyte", pixels(count, 28, 28)), ("labels-idx1-ubyte", labels)):
            path = folder / f"{name}-{suffix}"
            if packed:
                (folder / f"{path.name}.gz").write_bytes(gzip.compress(idx(values), mtime=0))
            else:
                path.write_bytes(idx(values))


def svhn(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """MATLAB files of X (32, 32, 3, N) and y, in which 10 means the digit 0."""
    folder.mkdir(parents=True, exist_ok=True)
    lists = dict(datasets.SVHN.split_list)
    for split, count in (("train", 20), ("test", 10)):
        path = folder / f"{split}_32x32.mat"
        labels = (np.arange(count) % 10 + 1).astype(np.uint8)[:, None]
        scipy.io.savemat(path, {"X": pixels(count, 32, 32, 3).transpose(1, 2, 3, 0), "y": labels})
        url, name, _ = lists[split]
        lists[split] = [url, name, md5(path.read_bytes())]
    patch.setattr(datasets.SVHN, "split_list", lists)


def cifar10(patch: pytest.MonkeyPatch) -> bytes:
    """cifar-10-python.tar.gz: pickles of rows of 3,072 bytes, red before green before blue."""
    kind = datasets.CIFAR10
    files: dict[str, bytes] = {}
    for index, (name, _) in enumerate([*kind.train_list, *kind.test_list]):
        rows = pixels(10, 32, 32, 3, seed=index).transpose(0, 3, 1, 2).reshape(10, -1)
        files[name] = pickle.dumps({"data": rows, "labels": list(range(10))}, protocol=2)
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    files["batches.meta"] = pickle.dumps({"label_names": names}, protocol=2)
    for which in ("train_list", "test_list"):
        patch.setattr(kind, which, [[name, md5(files[name])] for name, _ in getattr(kind, which)])
    patch.setattr(kind, "meta", kind.meta | {"md5": md5(files["batches.meta"])})
    archive = tar_gz({f"{kind.base_folder}/{name}": content for name, content in files.items()})
    patch.setattr(kind, "tgz_md5", md5(archive))
    return archive


def stl10(patch: pytest.MonkeyPatch) -> bytes:
    """stl10_binary.tar.gz: planes of columns; labels from 1."""
    kind = datasets.STL10
    files = {"class_names.txt": b"airplane\nbird\ncar\ncat\ndeer\ndog\nhorse\nmonkey\nship\ntruck\n"}
    for seed, (name, count) in enumerate((("train", 10), ("test", 10), ("unlabeled", 5))):
        files[f"{name}_X.bin"] = pixels(count, 96, 96, 3, seed=seed).transpose(0, 3, 2, 1).tobytes()
        files[f"{name}_y.bin"] = (np.arange(count) % 10 + 1).astype(np.uint8).tobytes()
    del files["unlabeled_y.bin"]
    for which in ("train_list", "test_list"):
        patch.setattr(kind, which, [[name, md5(files[name])] for name, _ in getattr(kind, which)])
    archive = tar_gz({f"{kind.base_folder}/{name}": content for name, content in files.items()})
    patch.setattr(kind, "tgz_md5", md5(archive))
    return archive


def celeba(patch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The zip of faces and the list that assigns them: 6 to training, 2 to validation, 4 to testing."""
    names = [f"{index:06d}.jpg" for index in range(1, 13)]
    faces = zipped({f"img_align_celeba/{name}": jpeg(index, (178, 218)) for index, name in enumerate(names)})
    parts = "".join(f"{name} {part}\n" for name, part in zip(names, "000000112222", strict=True)).encode()
    files = {"img_align_celeba.zip": faces, "list_eval_partition.txt": parts}
    listed = [(key, md5(files[name]) if name in files else old, name) for key, old, name in datasets.CelebA.file_list]
    patch.setattr(datasets.CelebA, "file_list", listed)
    return files


def jpeg(seed: int, size: tuple[int, int] = (64, 48)) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels(1, 4, 5, 3, seed=seed)[0]).resize(size).save(buffer, "JPEG")
    return buffer.getvalue()


def lsun(folder: Path, name: str, count: int, content: Callable[[int], bytes] = jpeg) -> None:
    """An LMDB of encoded images, keyed by hashes."""
    with (
        lmdb.open(str(folder / f"{name}_train_lmdb"), map_size=1 << 24) as database,
        database.begin(write=True) as writing,
    ):
        for index in range(count):
            writing.put(hashlib.sha1(bytes([index]), usedforsecurity=False).hexdigest().encode(), content(index))


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tar_gz(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
