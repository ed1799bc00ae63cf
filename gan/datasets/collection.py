"""Images that are not yet read: what every source gives."""

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
    """The view of most collections: all of an image."""
    return image


@dataclass(frozen=True)
class Collection:
    """Names of images, in an order that does not depend on the file system, and how to open one.

    Args:
        names: one each; an image of a class is called <class>/<anything>.
        open: position in `names` to image, not decoded yet; called from several threads at once.
        rejected: what was found and is no image to open, with the reason.
        version: changes with the images where their names do not.
        view: what of an opened image is meant. It may decode, so that `decode` looks at the image's size before.
    """

    names: list[str]
    open: Callable[[int], Image.Image]
    rejected: list[Reject] = field(default_factory=list)
    version: str = ""
    view: View = whole

    def __len__(self) -> int:
        return len(self.names)

    def take(self, chosen: Iterable[int] | NDArray[np.intp], rejected: list[Reject] | None = None) -> "Collection":
        """Those at these positions, in this order.

        Args:
            rejected: those that go with them, all by default. Where several collections are taken from one, each
                rejected goes with one of them, or it is counted twice.
        """
        positions = np.fromiter(chosen, np.intp)
        names = [self.names[index] for index in positions]
        kept = self.rejected if rejected is None else rejected
        return replace(self, names=names, open=lambda index: self.open(int(positions[index])), rejected=kept)

    def shuffled(self, seed: int) -> "Collection":
        return self.take(numpy_generator(Stream.SPLIT, seed).permutation(len(self)))

    def limited(self, limit: int | None, seed: int) -> "Collection":
        """`limit` of them at random, in their order; all where there are no more, or no limit is set."""
        if limit is None or limit >= len(self):
            return self
        return self.take(np.sort(numpy_generator(Stream.LIMIT, seed).choice(len(self), limit, replace=False)))

    def of_classes(self, classes: list[str]) -> "Collection":
        """Those of the classes named, rejected ones too; all where none is named."""
        if not classes:
            return self
        wanted = set(classes)
        # A rejected link may be the folder of a class itself.
        rejected = [one for one in self.rejected if class_of(one[0]) in wanted or one[0] in wanted]
        return self.take((index for index, name in enumerate(self.names) if class_of(name) in wanted), rejected)

    def refuse_missing(self, classes: list[str]) -> None:
        """See that there are images of each class.

        Raises:
            DataError: there is none of one.
        """
        there = {class_of(name) for name in self.names}
        if missing := sorted(set(classes) - there):
            some = ", ".join(sorted(there)[:20])
            raise DataError(f"classes: no image of {', '.join(missing)}; there are {some}{', …' * (len(there) > 20)}")


def class_of(name: str) -> str:
    """The class in a name, `.` where it has none."""
    head, slash, _ = name.partition("/")
    return head if slash else "."
