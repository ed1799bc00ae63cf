"""Images of a source that are not read yet: every source returns one or more collections."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan.core.streams import Stream, numpy_generator
from gan.run.errors import DataError

Reject = tuple[str, str]  # name, reason
View = Callable[[Image.Image], Image.Image]


def whole(image: Image.Image) -> Image.Image:
    """The view of most collections: the whole image."""
    return image


@dataclass(frozen=True)
class Collection:
    """Names of images, in an order that does not depend on the file system, and a function that opens one.

    Args:
        names: one for each image; an image of a class is called <class>/<anything>.
        open: position in `names` to image, not decoded yet; called from several threads at once.
        rejected: files that were found but cannot be used as images, with the reason.
        version: a text that changes if the images change, even if their names do not.
        view: selects the part of an opened image that is used. It may decode the image, so `decode` checks the size
            first.
    """

    names: list[str]
    open: Callable[[int], Image.Image]
    rejected: list[Reject] = field(default_factory=list)
    version: str = ""
    view: View = whole

    def __len__(self) -> int:
        return len(self.names)

    @property
    def losses(self) -> str:
        """What was rejected, as the end of a message that says there are too few images; empty if nothing was."""
        some = [f"{name}: {reason}" for name, reason in self.rejected[:3]]
        return f"; {len(self.rejected)} more cannot be used ({'; '.join(some)})" if some else ""

    def take(self, chosen: Iterable[int] | NDArray[np.intp], rejected: list[Reject] | None = None) -> "Collection":
        """A collection of the images at these positions, in this order.

        Args:
            rejected: the rejected files of the new collection, all by default. If several collections are taken from
                one, give each rejected file to one of them only, or it is counted twice.
        """
        positions = np.fromiter(chosen, np.intp)
        names = [self.names[index] for index in positions]
        kept = self.rejected if rejected is None else rejected
        return replace(self, names=names, open=lambda index: self.open(int(positions[index])), rejected=kept)

    def shuffled(self, seed: int) -> "Collection":
        return self.take(numpy_generator(Stream.SPLIT, seed).permutation(len(self)))

    def limited(self, limit: int | None, seed: int) -> "Collection":
        """A random choice of `limit` images, in their order; all images if `limit` is None or too large."""
        if limit is None or limit >= len(self):
            return self
        return self.take(np.sort(numpy_generator(Stream.LIMIT, seed).choice(len(self), limit, replace=False)))

    def of_classes(self, classes: list[str]) -> "Collection":
        """The images and the rejected files of these classes; all if none is named."""
        if not classes:
            return self
        wanted = set(classes)
        # A rejected link may be the folder of a class itself.
        rejected = [one for one in self.rejected if class_of(one[0]) in wanted or one[0] in wanted]
        return self.take((index for index, name in enumerate(self.names) if class_of(name) in wanted), rejected)

    def refuse_missing(self, classes: list[str]) -> None:
        """Check that there are images of each class.

        Raises:
            DataError: a class has no image.
        """
        there = {class_of(name) for name in self.names}
        if missing := sorted(set(classes) - there):
            some = ", ".join(sorted(there)[:20])
            raise DataError(f"classes: no image of {', '.join(missing)}; there are {some}{', …' * (len(there) > 20)}")


def class_of(name: str) -> str:
    """The class in an image's name, `.` if it has none."""
    head, slash, _ = name.partition("/")
    return head if slash else "."


def shown(text: str) -> str:
    """The text with bytes that are not UTF-8 escaped, so that any file name can be printed and saved."""
    return text.encode("utf-8", "backslashreplace").decode()
