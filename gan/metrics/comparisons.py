"""Which images are compared with which: for each model, direction and checkpoint, and for `start` and `floor`."""

from dataclasses import dataclass

# Rows beside those of checkpoints: `start` is the score before training (of an untrained generator, or of CycleGAN's
# untranslated input), `floor` the score of other real images.
START, FLOOR = "start", "floor"
CONSTANT = "constant"  # the best single colour, if the true translation is known


@dataclass(frozen=True)
class Comparison:
    """One row of the FID table. Sets are named `real/<set>` or `fake/<file>/<array>`."""

    direction: str  # a2b, b2a, or empty for a model with one direction
    checkpoint: str
    real: str  # the reference
    fake: str
    train: str  # training and test set of the (target) domain, for `nearest_train`
    test: str

    @property
    def trained(self) -> bool:
        """Whether it scores a checkpoint, and not `start` or `floor`."""
        return self.checkpoint not in (START, FLOOR)


def comparisons(model: str, checkpoints: list[str], reference: str) -> list[Comparison]:
    """All rows of a model.

    Args:
        reference: `evaluate.reference`. `test` compares with the test set of the (target) domain, any other value with
            its training set; the floor is the score of the other of these two.
    """
    return _cyclegan(checkpoints, reference) if model == "cyclegan" else _dcgan(checkpoints, reference)


def _dcgan(checkpoints: list[str], reference: str) -> list[Comparison]:
    made = {name: f"fake/{name}/arr_0" for name in (*checkpoints, START)}
    return _rows("", "", made, reference)


def _cyclegan(checkpoints: list[str], reference: str) -> list[Comparison]:
    rows = []
    for direction, source, target in (("a2b", "A", "B"), ("b2a", "B", "A")):
        made = {name: f"fake/{name}/{direction}" for name in checkpoints} | {START: f"real/test{source}"}
        rows += _rows(direction, target, made, reference)
    return rows


def _rows(direction: str, target: str, made: dict[str, str], reference: str) -> list[Comparison]:
    """A row for each checkpoint's set of images, and the floor."""
    train, test = f"real/train{target}", f"real/test{target}"
    real, other = (test, train) if reference == "test" else (train, test)
    return [Comparison(direction, name, real, images, train, test) for name, images in {**made, FLOOR: other}.items()]
