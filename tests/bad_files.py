"""A folder as users have it: good images, and one of each kind of file that breaks other programs."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

REASONS = {
    "truncated.jpg": "truncated",
    "empty.png": "an empty file",
    "text.jpg": "cannot identify",
    "noise.png": "cannot identify",
    "header.png": "",  # the right first bytes, then noise: the reason is Pillow's
    "bomb.png": "pixels, max_megapixels allows",
    "thin.png": "pixels, min_side asks for 8",
    "float.tiff": "floating-point",
    "loop.png": "a link that loops",
    "lost.png": "a link that leads nowhere",
    "deep/loop": "a link that loops",
}
ODD = ["пейзаж.png", "two words.png", "new\nline.png", "tab\tin.png", os.fsdecode(b"latin\xe9.png"), "quote\"'.png"]
MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]


def photo(seed: int, size: tuple[int, int] = (24, 20)) -> Image.Image:
    """Noise, smooth enough to survive as a JPEG."""
    pixels = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), np.uint8)
    return Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)


def good(folder: Path, count: int) -> list[str]:
    """Write `count` JPEGs in classes of ten, an image of each mode and odd name, and an animation; their names."""
    names = [f"class{index // 10:03d}/{index:05d}.jpg" for index in range(count)]
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        photo(index).save(folder / name)
    for mode in MODES:
        Image.new(mode, (24, 20)).save(folder / f"mode_{mode.replace(';', '')}.png")
    Image.new("CMYK", (24, 20)).save(folder / "mode_CMYK.jpg")
    photo(0).save(folder / "really_a_png.jpg", "PNG")
    photo(0).save(folder / "moving.gif", save_all=True, append_images=[photo(1)])
    for name in ODD:
        photo(2).save(folder / name)
    (folder / "inside.png").symlink_to("moving.gif")
    (folder / "readme.txt").write_text("no image, and not meant as one")
    modes = [f"mode_{mode.replace(';', '')}.png" for mode in MODES]
    return sorted([*names, *modes, "mode_CMYK.jpg", "really_a_png.jpg", "moving.gif", *ODD])


def bad(folder: Path) -> None:
    """Write one file for each of REASONS."""
    photo(0, (200, 200)).save(folder / "whole.jpeg.tmp", "JPEG")
    whole = (folder / "whole.jpeg.tmp").read_bytes()
    (folder / "whole.jpeg.tmp").unlink()
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").touch()
    (folder / "text.jpg").write_text("<html>404 Not Found</html>")
    (folder / "noise.png").write_bytes(bytes(range(256)) * 4)
    (folder / "header.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4)
    (folder / "bomb.png").write_bytes(_bomb(60000, 60000))
    Image.new("L", (500, 3)).save(folder / "thin.png")
    Image.new("F", (20, 20)).save(folder / "float.tiff")
    (folder / "lost.png").symlink_to("nowhere.png")
    (folder / "loop.png").symlink_to("loop.png")
    (folder / "deep").mkdir()
    (folder / "deep" / "loop").symlink_to("..")


def swap(path: Path, content: bytes) -> None:
    """Replace the content and keep the date, as `cp -p` and `tar -x` do."""
    before = path.stat()
    while path.stat().st_ctime_ns == before.st_ctime_ns:  # the file system's clock ticks every few milliseconds
        path.write_bytes(content)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it has billions of pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )
