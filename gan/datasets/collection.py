"""Images that are not yet read: what every source gives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gan.core.errors import DataError

Reject = tuple[str, str]  # name, reason


@dataclass(frozen=True)
class Collection:
    """Names of images, in an order that does not depend on the file system, and how to open one.

    Args:
        names: one each; an image of a class is called <class>/<anything>.
        open: position in `names` to image; called from several threads at once.
        rejected: what was found and is no image to open, with the reason.
    """

    names: list[str]
    open: Callable[[int], Image.Image]
    rejected: list[Reject] = field(default_factory=list)
    version: str = ""  # changes with the images where their names do not

    def __len__(self) -> int:
        return len(self.names)

    def take(self, chosen: Iterable[int] | NDArray[np.intp]) -> "Collection":
        """Those at these positions, in this order; the rejected stay with it."""
        positions = np.fromiter(chosen, np.intp)
        names = [self.names[index] for index in positions]
        return replace(self, names=names, open=lambda index: self.open(int(positions[index])))

    def shuffled(self, seed: int) -> "Collection":
        return self.take(np.random.default_rng(seed).permutation(len(self)))

    def limited(self, limit: int | None, seed: int) -> "Collection":
        """`limit` of them at random, in their order; all where there are no more, or no limit is set."""
        if limit is None or limit >= len(self):
            return self
        return self.take(np.sort(np.random.default_rng(seed).choice(len(self), limit, replace=False)))

    def of_classes(self, classes: list[str]) -> "Collection":
        """Those of the classes named; all where none is named."""
        if not classes:
            return self
        wanted = set(classes)
        return self.take(index for index, name in enumerate(self.names) if class_of(name) in wanted)

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
