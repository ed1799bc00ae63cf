"""One file to one array of a fixed size: check it, turn it upright, convert it, resize it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gan.core.images import Uint8
from gan.datasets.collection import View

RESAMPLE = {"bicubic": Image.Resampling.BICUBIC, "lanczos": Image.Resampling.LANCZOS, "box": Image.Resampling.BOX}


class Unfit(Exception):
    """Why an image is not used."""


@dataclass(frozen=True)
class Preprocessing:
    """How every image of a set is converted.

    Args:
        size: height and width in pixels; 0 keeps those of the image, and then `resample` and `fit` mean nothing.
        channels: 1 for greyscale (ITU-R 601 luma), 3 for RGB.
        bits: bits that a value uses, of the 8 or 16 bits in its file; None if it uses all.
        resample: a key of RESAMPLE. Pillow widens these filters when it shrinks an image, which avoids aliasing.
        fit: `crop` resizes the shorter side to `size` and keeps the centre, `squeeze` does not keep the aspect ratio.
        min_side: pixels; an image with a shorter side is rejected.
        max_megapixels: an image with more is not decoded, even if only a small part of it is used.
    """

    size: int
    channels: int
    resample: str
    fit: str
    min_side: int
    max_megapixels: float
    bits: int | None = None

    def __str__(self) -> str:
        shape = {
            "crop": f"shorter side to {self.size} pixels, then centre crop",
            "squeeze": f"to {self.size}×{self.size} pixels, aspect not kept",
        }
        look = "greyscale" if self.channels == 1 else "RGB"
        look += f" from {self.bits} bits" if self.bits else ""
        return (
            f"upright as EXIF says, first frame, transparency over white, {look}; "
            f"{shape[self.fit]}, Pillow's antialiased {self.resample} filter"
        )


@dataclass(frozen=True)
class Decoded:
    pixels: Uint8  # (height, width, channels)
    width: int  # of the part that is used, before it is resized
    height: int
    mode: str


def decode(image: Image.Image, how: Preprocessing, view: View) -> Decoded:
    """The part of an opened image that `view` selects, converted and resized.

    Raises:
        Unfit: it is too large, too small, or of a kind without a known range.
        Exception: whatever Pillow's decoders raise on broken bytes.
    """
    width, height = image.size
    if width * height > how.max_megapixels * 1e6:
        raise Unfit(f"{width}×{height} pixels, max_megapixels allows {how.max_megapixels:g} million")
    seen = view(image)
    width, height = seen.size
    if min(width, height) < how.min_side:
        raise Unfit(f"{width}×{height} pixels, min_side asks for {how.min_side}")
    seen.load()
    converted = _converted(_upright(seen), "RGB" if how.channels == 3 else "L", how.bits)
    fitted = _fitted(converted, how) if how.size else converted
    pixels = np.asarray(fitted).reshape(fitted.height, fitted.width, how.channels)
    return Decoded(pixels, *seen.size, seen.mode)


def _fitted(image: Image.Image, how: Preprocessing) -> Image.Image:
    box, resample = (how.size, how.size), RESAMPLE[how.resample]
    return ImageOps.fit(image, box, resample) if how.fit == "crop" else image.resize(box, resample)


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # broken EXIF data is no reason to reject an image that can be read
        return image


def _converted(image: Image.Image, mode: str, bits: int | None) -> Image.Image:
    """The image in `mode`, L or RGB. 16 bits are scaled to 8; Pillow's own conversion would clip them to white."""
    if image.mode == "F":
        raise Unfit("floating-point pixels, whose range is not known")
    if image.mode.startswith("I"):
        image = Image.fromarray(_scaled(np.asarray(image).astype(np.int64), bits or 16))
    elif bits and bits < 16:
        image = _stretched(image, bits)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image.convert(mode)


def _stretched(image: Image.Image, bits: int) -> Image.Image:
    """An image of 8 bits whose colours use fewer, with its colours scaled to all 8 and its opacity unchanged."""
    if bits > 8:
        raise Unfit(f"8 bits a value (of 16 in colour Pillow reads the upper 8), and `bits` is {bits}")
    layer = np.asarray(image.convert("RGBA" if image.has_transparency_data else "RGB"))
    return Image.fromarray(np.concatenate([_scaled(layer[..., :3], bits), layer[..., 3:]], axis=-1))


def _scaled(values: NDArray[Any], bits: int) -> Uint8:
    """From [0, 2^bits - 1] to [0, 255].

    Raises:
        Unfit: a value lies outside.
    """
    top = 2**bits - 1
    if values.min() < 0 or values.max() > top:
        raise Unfit(f"integers from {values.min()} to {values.max()}, which no {bits}-bit image has")
    return np.round(values * (255 / top)).astype(np.uint8)
