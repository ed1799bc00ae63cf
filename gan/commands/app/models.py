"""The models that the page shows: loaded when they are first asked for, a few kept, one at work at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock

from gan.core.images import Uint8
from gan.datasets.packing import quiet_pillow
from gan.run.errors import GanError
from gan.sampling.use import Use
from gan.use.load import load_able
from gan.use.pictures import Picture, Reading, uploaded
from gan.use.trained import Trained
from gan.use.whole import TILE

KEPT = 4  # models in memory
AXES = 6  # directions with a slider each


@dataclass(frozen=True)
class Place:
    """A place among the latents.

    Args:
        seed, other, share: on the way between the images of two seeds, share in [0, 1].
        moves: how far along each of the first axes.
        label: the class, of a conditional model.
    """

    seed: int
    other: int
    share: float
    moves: tuple[float, ...]
    label: int


class Models:
    """Sources by their names, and what their models make.

    Torch and Pillow have settings for the whole process, so that a lock lets one request at a time use them.
    """

    def __init__(self, sources: list[str], accelerator: str) -> None:
        self.sources, self.accelerator = sources, accelerator
        self.lock, self.ending = RLock(), False
        self.kept: dict[tuple[str, str], Trained] = {}

    def check(self, source: str) -> None:
        """Find what a source can do.

        Raises:
            GanError: it can do nothing.
        """
        try:
            self.translator(source)
        except GanError:
            try:
                self.walker(source)
            except GanError:
                if (model := self.kept.get((source, "walk"))) and model.use.space:
                    raise  # it is a model with latents, so that one need not know why it does not translate
                self.translator(source)

    def translator(self, source: str) -> Trained:
        """Its model that translates; raises as `gan.load`."""
        model = self._found(source, "translate", lambda use: use.directions)
        _ = model.directions  # refuses a model that does not
        return model

    def walker(self, source: str) -> Trained:
        """Its model with latents; raises as `gan.load`."""
        model = self._found(source, "walk", lambda use: use.space)
        _ = model.space
        return model

    def translated(self, source: str, direction: str, content: bytes, max_megapixels: float) -> Picture:
        """A picture, from the bytes of its file, in the other domain.

        Raises:
            GanError: it cannot be read, or the source cannot translate it.
        """
        with self.lock, quiet_pillow():
            model = self.translator(source)
            picture = uploaded(content, Reading(model.direction(direction).inputs, max_megapixels))
            made = model.whole(picture.pixels[None], direction, TILE, self._go_on)
        return Picture(made[0], picture.profile)

    def walked(self, source: str, place: Place) -> Uint8:
        """The image at a place, uint8 (H, W, C).

        Raises:
            GanError: the source has no latents, or knows no such class.
        """
        with self.lock:
            model = self.walker(source)
            classes = model.space.classes
            if classes and place.label >= len(classes):
                raise GanError(f"class {place.label}: {model} knows {', '.join(classes)}, by number from 0 on")
            latent = model.space.between(place.seed, place.other, place.share)
            for move, axis in zip(place.moves, model.space.axes, strict=False):
                latent = latent + move * axis
            return model.image(latent, place.label)

    def end(self) -> None:
        """Let the request at work stop, at its next tile, so that it leaves no file, and no other begin."""
        self.ending = True
        self.lock.acquire()

    def _go_on(self, _: str) -> None:
        if self.ending:
            raise GanError("the page has ended")

    def _found(self, source: str, what: str, able: Callable[[Use], object]) -> Trained:
        with self.lock:
            model = self.kept.pop((source, what), None) or load_able(source, None, None, self.accelerator, able)
            self.kept[source, what] = model  # the last one is the one used last
            for oldest in [*self.kept][:-KEPT]:
                del self.kept[oldest]
            return model
