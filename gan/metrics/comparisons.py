"""Which images are compared with which: for each output and checkpoint, and for `start` and `floor`."""

from dataclasses import dataclass
from pathlib import Path

from gan.core.images import Images
from gan.loading.packed import load_images
from gan.records.samples import ONLY, START, Output, SamplesCard, read_samples

# Rows beside those of checkpoints: `start` is the score before training (of an untrained model, or of CycleGAN's
# untranslated input), `floor` the score of other real images.
FLOOR = "floor"
CONSTANT = "constant"  # the best single colour, if the true translation is known


@dataclass(frozen=True)
class Comparison:
    """One row of the FID table. Sets are named `real/<set>` or `fake/<checkpoint>/<array>`.

    `compared` is scored against `real`, the reference. For `floor`, and for the `start` of a model that translates,
    these are real images too.
    """

    direction: str  # the output: a2b, b2a, or empty for a model with one
    checkpoint: str
    real: str
    compared: str
    inputs: str | None  # the real set that `compared` was made from; None for noise, and for `floor`
    train: str  # training and test set of the (target) domain, for `nearest_train`
    test: str

    @property
    def trained(self) -> bool:
        """Whether it scores a checkpoint, and not `start` or `floor`."""
        return self.checkpoint not in (START, FLOOR)


def images_of(name: str, model: str, data: Path) -> Images:
    """A set of images by its name in `Comparison`: memory-mapped, uint8 (N, H, W, C).

    Raises:
        DataError: they are missing or damaged.
    """
    kind, _, rest = name.partition("/")
    return load_images(data, rest) if kind == "real" else read_samples(model, *rest.split("/"))


def comparisons(card: SamplesCard, checkpoints: list[str], reference: str) -> list[Comparison]:
    """All rows of a model whose samples have this card.

    Args:
        reference: `evaluate.reference`. `test` compares with the test set of the (target) domain, any other value with
            its training set; `floor` is the score of the other one.
    """
    rows = []
    for name, output in card.outputs.items():
        inputs = None if output.source is None else f"real/test{output.source}"
        images = {checkpoint: f"fake/{checkpoint}/{name or ONLY}" for checkpoint in (*checkpoints, START)}
        if inputs and START not in card.made:
            images[START] = inputs
        rows += _rows(name, output, images, inputs, reference)
    return rows


def _rows(
    direction: str, output: Output, images: dict[str, str], inputs: str | None, reference: str
) -> list[Comparison]:
    """A row for each checkpoint's set of images, and the floor."""
    train, test = f"real/train{output.target}", f"real/test{output.target}"
    real, other = (test, train) if reference == "test" else (train, test)
    rows = [Comparison(direction, name, real, fake, inputs, train, test) for name, fake in images.items()]
    return [*rows, Comparison(direction, FLOOR, real, other, None, train, test)]
