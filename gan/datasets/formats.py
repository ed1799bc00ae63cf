"""The image formats that are read: raster formats only, recognised by their first bytes and not by their names."""

from contextlib import suppress
from pathlib import Path
from typing import IO

from PIL import Image, UnidentifiedImageError

from gan.datasets.decode import Unfit

with suppress(ImportError):  # the extra `heic`
    from pillow_heif import register_heif_opener

    register_heif_opener()

# Other formats are left out: Pillow would run Ghostscript or another program for some, such as .eps, and decode the
# pixels of an .ico before its size is known.
FORMATS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "BMP": (".bmp", ".dib"),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
    "TGA": (".tga",),
    "JPEG2000": (".jp2", ".j2k", ".jpx"),
    "AVIF": (".avif",),
    "HEIF": (".heic", ".heif", ".hif"),
}
SUFFIXES = frozenset(suffix for suffixes in FORMATS.values() for suffix in suffixes)
# Formats whose first bytes no other format has. A TIFF's are not unique: a camera's raw file begins in the same way.
TOLD_BY_CONTENT = ("JPEG", "PNG", "WEBP", "GIF", "JPEG2000", "AVIF", "HEIF")
HEAD = 32  # bytes
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def read(file: Path | IO[bytes]) -> Image.Image:
    """Open an image of one of FORMATS: these give the size before a pixel is decoded.

    Raises:
        Unfit: it is HEIC and the package that reads it is missing, or it is a pointer of Git LFS.
        Exception: anything else that Pillow raises if the file is no image.
    """
    try:
        return Image.open(file, formats=[name for name in FORMATS if name in Image.OPEN])  # an old Pillow has no AVIF
    except UnidentifiedImageError:
        head = _head(file) if isinstance(file, Path) else b""
        if _is_heic(head):
            raise Unfit("HEIC, which `pip install pillow-heif` reads") from None
        if head.startswith(b"version https://git-lfs"):
            raise Unfit("a pointer of Git LFS, for which `git lfs pull` brings the image") from None
        raise


def looks_like_an_image(path: Path) -> bool:
    """Whether the first bytes are those of an image, whatever its name."""
    try:
        head = _head(path)
    except OSError:
        return False
    return _is_heic(head) or any(_accepts(name, head) for name in TOLD_BY_CONTENT)


def _accepts(name: str, head: bytes) -> bool:
    accept = Image.OPEN[name][1] if name in Image.OPEN else None
    return accept is not None and accept(head) is True  # `accept` returns a message if Pillow lacks the decoder


def _is_heic(head: bytes) -> bool:
    """ISO/IEC 23008-12: a box `ftyp` with one of these brands."""
    return head[4:8] == b"ftyp" and head[8:12] in HEIC


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)
