"""Every kind of image is converted to what a viewer shows; one that cannot be is refused with the reason."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gan.core.images import Uint8
from gan.datasets.collection import View, whole
from gan.datasets.decode import RESAMPLE, Preprocessing, Unfit, decode

RGB = Preprocessing(8, 3, "bicubic", "crop", min_side=2, max_megapixels=1.0)
GREY = replace(RGB, channels=1)


def stored(image: Image.Image, kind: str, **options: object) -> Image.Image:
    """The image as it comes back from a file."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return Image.open(buffer)


def seen(image: Image.Image, how: Preprocessing, view: View = whole) -> Uint8:
    return decode(image, how, view).pixels


COLOUR = (40, 120, 200)
LUMA = round(0.299 * 40 + 0.587 * 120 + 0.114 * 200)


def plain(mode: str, colour: object) -> Image.Image:
    return Image.new(mode, (12, 10), colour)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (stored(plain("1", 1), "PNG"), (255, 255, 255)),
        (stored(plain("L", 77), "PNG"), (77, 77, 77)),
        (stored(plain("LA", (77, 255)), "PNG"), (77, 77, 77)),
        (stored(plain("LA", (77, 0)), "PNG"), (255, 255, 255)),
        (stored(plain("RGB", COLOUR).quantize(4), "PNG"), COLOUR),
        (stored(plain("RGB", COLOUR).quantize(4), "GIF"), COLOUR),
        (stored(plain("RGB", COLOUR).quantize(4), "PNG", transparency=0), (255, 255, 255)),
        (stored(plain("RGB", COLOUR), "PNG", transparency=COLOUR), (255, 255, 255)),
        (stored(plain("RGBA", (*COLOUR, 255)), "PNG"), COLOUR),
        (stored(plain("RGBA", (0, 0, 0, 51)), "PNG"), (204, 204, 204)),
        (stored(plain("CMYK", (215, 135, 55, 0)), "TIFF"), COLOUR),
        (stored(plain("YCbCr", (128, 128, 128)), "TIFF"), (128, 128, 128)),
        (stored(plain("I;16", 257 * 77), "PNG"), (77, 77, 77)),
        (stored(plain("I;16", 257 * 77), "TIFF"), (77, 77, 77)),
        (plain("I;16B", 257 * 77), (77, 77, 77)),
        (plain("I", 65535), (255, 255, 255)),
    ],
    ids=lambda value: f"{value.mode}-{value.format}" if isinstance(value, Image.Image) else None,
)
def test_every_mode_becomes_what_it_shows(image: Image.Image, expected: tuple[int, int, int]) -> None:
    pixels = seen(image, RGB)
    assert pixels.shape == (8, 8, 3)
    assert pixels.dtype == np.uint8
    np.testing.assert_allclose(pixels, np.broadcast_to(expected, (8, 8, 3)), atol=1)


def test_sixteen_bits_keep_their_range() -> None:
    """Pillow's own conversion clips all values above 255 to white."""
    ramp = Image.fromarray(np.linspace(0, 65535, 64).astype(np.uint16).reshape(8, 8))
    np.testing.assert_allclose(seen(ramp, GREY)[..., 0], np.linspace(0, 255, 64).reshape(8, 8), atol=1)


def test_grey_is_luma() -> None:
    assert (seen(plain("RGB", COLOUR), GREY) == LUMA).all()


def test_an_animation_gives_its_first_frame() -> None:
    frames = [plain("L", value) for value in (10, 200)]
    moving = stored(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert (seen(moving, GREY) == 10).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_followed(orientation: int) -> None:
    """A photo is turned upright, however the camera was held."""
    upright = np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8)
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's transposes that store it turned
    image = Image.fromarray(upright)
    if orientation > 1:
        image = image.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(seen(stored(image, "PNG", exif=exif), GREY)[..., 0], upright)


def test_a_note_that_cannot_be_read_does_not_lose_the_picture() -> None:
    assert (seen(stored(plain("L", 9), "PNG", exif=b"Exif\0\0nonsense"), GREY) == 9).all()


def wide() -> Image.Image:
    pixels = np.zeros((8, 24, 3), np.uint8)
    pixels[:, 8:16] = 200
    return Image.fromarray(pixels)


def test_crop_keeps_the_aspect_and_cuts_the_middle_out() -> None:
    assert (seen(wide(), RGB) == 200).all()


def test_squeeze_shows_all_of_it() -> None:
    pixels = seen(wide(), replace(RGB, fit="squeeze", resample="box"))[..., 0]
    assert pixels[:, [0, -1]].max() == 0
    assert (pixels[:, 3:5] == 200).all()


@pytest.mark.parametrize("resample", RESAMPLE)
def test_nothing_aliases(resample: str) -> None:
    """A checkerboard of single pixels is grey from far away."""
    board: Uint8 = ((np.indices((64, 64)).sum(0) % 2) * 255).astype(np.uint8)
    pixels = seen(Image.fromarray(board), replace(GREY, resample=resample))
    np.testing.assert_allclose(pixels, 127.5, atol=6)


@pytest.mark.parametrize(
    ("image", "reason"),
    [
        (Image.new("L", (2000, 501)), "2000×501 pixels, max_megapixels allows 1 million"),
        (Image.new("L", (900, 1)), "900×1 pixels, min_side asks for 2"),
        (Image.new("F", (9, 9)), "floating-point"),
        (Image.new("I", (9, 9), -1), "integers from -1 to -1"),
        (Image.new("I", (9, 9), 70000), "integers from 70000 to 70000"),
    ],
    ids=["huge", "thin", "float", "negative", "beyond 16 bits"],
)
def test_what_cannot_be_used_says_why(image: Image.Image, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        seen(image, RGB)


def right(image: Image.Image) -> Image.Image:
    return image.crop((image.width // 2, 0, image.width, image.height))


def test_a_view_is_all_that_is_seen() -> None:
    both = Image.new("L", (24, 10), 10)
    both.paste(200, (12, 0, 24, 10))
    found = decode(both, GREY, right)
    assert (found.pixels == 200).all()
    assert (found.width, found.height, found.mode) == (12, 10, "L")


def test_the_limit_is_for_the_whole_that_would_be_decoded_and_min_side_for_what_is_seen() -> None:
    """Even if a view selects half of a decompression bomb, the whole size is checked before any pixel is decoded."""
    whole_file = io.BytesIO()
    Image.new("L", (2000, 600)).save(whole_file, "PNG")
    bomb = Image.open(io.BytesIO(whole_file.getvalue()[:60]))
    with pytest.raises(Unfit, match="2000×600 pixels, max_megapixels allows 1 million"):
        decode(bomb, RGB, right)
    with pytest.raises(Unfit, match="1×10 pixels, min_side asks for 2"):
        decode(Image.new("L", (2, 10)), RGB, right)


def test_it_describes_itself() -> None:
    assert str(GREY) == (
        "upright as EXIF says, first frame, transparency over white, greyscale; "
        "shorter side to 8 pixels, then centre crop, Pillow's antialiased bicubic filter"
    )
