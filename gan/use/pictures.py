"""A user's pictures: found and read by the same rules as datasets, and written."""

import io
import tempfile
from dataclasses import dataclass, replace
from glob import has_magic
from itertools import takewhile
from pathlib import Path

from PIL import Image

from gan.core.images import Uint8
from gan.datasets import folder
from gan.datasets.collection import Collection
from gan.datasets.decode import Decoded, Preprocessing
from gan.datasets.formats import SUFFIXES, looks_like_an_image
from gan.datasets.packing import decode_one
from gan.datasets.walk import Walk
from gan.datasets.writer import Part
from gan.run.errors import DataError
from gan.run.files import write_whole

# What is written, by suffix: Pillow's name of the format, and its options.
WRITTEN: dict[str, tuple[str, dict[str, int]]] = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 95}),
    ".jpeg": ("JPEG", {"quality": 95}),
    ".webp": ("WEBP", {"quality": 95}),
    ".tif": ("TIFF", {}),
    ".tiff": ("TIFF", {}),
}
SPACES = {b"RGB ": 3, b"GRAY": 1}  # the colour space in an ICC profile's header → channels


@dataclass(frozen=True)
class Found:
    """The pictures that a user named.

    Args:
        given: a file, a folder, an archive or a pattern.
        root: the folder that the names of `pictures` start from; None if they lie in an archive.
        single: whether `given` is the path of a picture.
    """

    given: str
    pictures: Collection
    root: Path | None
    single: bool = False


def find(given: str, scratch: Path) -> Found:
    """The pictures of a file, a folder, a zip or tar, or a pattern such as `photos/**/*.jpg`, sorted by name.

    Args:
        scratch: where an archive is unpacked.

    Raises:
        DataError: there is no picture, or the archive is unsafe, damaged or encrypted.
    """
    path = Path(given).expanduser() if given.startswith("~") else Path(given)
    if path.is_file() and _may_be_picture(path):
        return Found(given, _chosen(path.parent, [path.name]), path.parent, single=True)
    if path.exists() or not has_magic(given):
        return Found(given, folder.collection(path, scratch), path if path.is_dir() else None)
    root = Path(*takewhile(lambda part: not has_magic(part), path.parts))
    pattern = path.relative_to(root).as_posix()
    try:
        files = sorted(root.glob(pattern))
    except ValueError as error:
        raise DataError(f"{given}: {error}") from error
    names = [one.relative_to(root).as_posix() for one in files if one.is_file() and _may_be_picture(one)]
    if not names:
        raise DataError(f"{given} matches no picture{f', but {len(files)} other files or folders' if files else ''}")
    return Found(given, _chosen(root, names), root)


def _may_be_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES or looks_like_an_image(path)


def _chosen(root: Path, names: list[str]) -> Collection:
    Image.init()  # register Pillow's formats, as a walk through a folder does
    return folder.renamed(Walk(root, names), {name: name for name in names}, [])


@dataclass(frozen=True)
class Reading:
    """How pictures are read: as a dataset's are, but at their own size.

    Args:
        channels: 1 or 3.
        max_megapixels: a picture with more is not decoded.
    """

    channels: int
    max_megapixels: float


def uploaded(content: bytes, how: Reading) -> "Picture":
    """A picture from its bytes, by the same rules; for so long they lie in a temporary folder. Raises as `read`."""
    with tempfile.TemporaryDirectory(prefix="gan-upload-") as folder:
        Path(folder, "picture").write_bytes(content)
        return read(_chosen(Path(folder), ["picture"]), 0, how)


def read(pictures: Collection, index: int, how: Reading) -> "Picture":
    """One picture.

    Raises:
        DataError: it cannot be read; the message says why.
    """
    profile = b""

    def look(image: Image.Image) -> Image.Image:
        nonlocal profile
        profile = image.info.get("icc_profile") or b""
        return image

    prepared = Preprocessing(0, how.channels, "bicubic", "crop", 1, how.max_megapixels)
    found = decode_one(Part(replace(pictures, view=look), {}, prepared), index)
    if not isinstance(found, Decoded):
        raise DataError(found)
    return Picture(found.pixels, profile)


@dataclass(frozen=True)
class Picture:
    """Pixels (H, W, C), and the ICC profile that says which colours they are; empty if there is none."""

    pixels: Uint8
    profile: bytes = b""

    def save(self, path: Path) -> None:
        """Write it in the format of the path's suffix, whole or not at all."""
        write_whole(path, self.encoded(path.suffix.lower()))

    def encoded(self, suffix: str) -> bytes:
        """What a file of this suffix, a key of WRITTEN, holds.

        Raises:
            DataError: the format takes no image of so many pixels a side.
        """
        kind, options = WRITTEN[suffix]
        channels = self.pixels.shape[-1]
        content = io.BytesIO()
        image = Image.fromarray(self.pixels if channels == 3 else self.pixels[..., 0])
        fits = SPACES.get(self.profile[16:20]) == channels
        try:
            image.save(content, kind, icc_profile=self.profile if fits else None, **options)
        except (OSError, ValueError) as error:  # JPEG ends at 65,500 pixels, WebP at 16,383
            raise DataError(
                f"{image.width}×{image.height} pixels are more than {suffix} takes; .png takes them"
            ) from error
        return content.getvalue()
