"""The previews of a training, as an animation and as a strip: the same noise or inputs, step after step."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gan.report.pictures import Picture, data_uri, lossy, open_picture

FRAMES = 12  # at most; of more previews, evenly spaced ones are shown
FRAME_BYTES = 40_000  # at most, so that strip and animation of a model stay below 1.3 MB together, as text
MILLISECONDS, LAST_MILLISECONDS = 700, 2500  # that a frame is shown
BAND, MARGIN, BAR = 22, 4, 4  # pixels: the band below a frame, and what is in it
INK, TRACK = (30, 36, 48), (205, 211, 220)


@dataclass(frozen=True)
class Previews:
    """Training as pictures.

    Args:
        animation: all frames, with their steps, in a loop.
        strip: each step and its frame.
    """

    animation: Picture
    strip: list[tuple[int, Picture]]


def previews(folder: Path, stage: str, caption: str) -> Previews | None:
    """The previews in a folder, `<step>.png`; None if it holds none.

    Raises:
        DataError: one of them is damaged.
    """
    found = sorted((int(path.stem), path) for path in folder.glob("*.png") if path.stem.isdigit())
    if not found:
        return None
    chosen = np.linspace(0, len(found) - 1, min(FRAMES, len(found))).round().astype(int)
    frames = [(found[place][0], open_picture(found[place][1], stage)) for place in chosen.tolist()]
    strip = [(step, _frame(image, f"Preview at step {step}")) for step, image in frames]
    size, last = frames[-1][1].size, frames[-1][0]
    labelled = [_labelled(image.resize(size), step, step / max(last, 1)) for step, image in frames]
    moving = Picture(data_uri(_animated(labelled), "webp"), *labelled[0].size, f"Previews up to step {last}", caption)
    return Previews(moving, strip)


def _frame(image: Image.Image, alt: str) -> Picture:
    return Picture(data_uri(lossy(image, FRAME_BYTES), "webp"), *image.size, alt)


def _labelled(image: Image.Image, step: int, share: float) -> Image.Image:
    """The frame above a band with its step and a bar that tells how much of the training is over."""
    width, height = image.size
    whole = Image.new("RGB", (width, height + BAND), "white")
    whole.paste(image)
    draw, top = ImageDraw.Draw(whole), height + (BAND - BAR) // 2
    text = f"step {step}"
    font = ImageFont.load_default(13)
    left = int(draw.textlength(f"step {'0' * len(str(step))}", font)) + 3 * MARGIN
    draw.text((MARGIN, height + BAND // 2), text, INK, font, anchor="lm")
    right = max(width - MARGIN, left + 1)
    draw.rectangle((left, top, right, top + BAR), TRACK)
    draw.rectangle((left, top, left + round((right - left) * share), top + BAR), INK)
    return whole


def _animated(frames: list[Image.Image]) -> bytes:
    """An endless WebP animation of frames of one size."""
    content = io.BytesIO()
    times = [*[MILLISECONDS] * (len(frames) - 1), LAST_MILLISECONDS]
    quality = {"quality": 80, "method": 2}
    small = frames
    while True:
        small[0].save(content, "WEBP", save_all=True, append_images=small[1:], duration=times, loop=0, **quality)
        if content.tell() <= FRAMES * FRAME_BYTES or max(small[0].size) < 64:
            return content.getvalue()
        small, content = [frame.reduce(2) for frame in small], io.BytesIO()
