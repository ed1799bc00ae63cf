"""Which images are compared with which: for each model, direction and checkpoint, and the frame around them."""

from dataclasses import dataclass

# Checkpoints that frame a score: `start` is where training began (an untrained generator, or for CycleGAN the
# untranslated input), `floor` is what other real images get.
TRAINED = ("best", "last")
START, FLOOR = "start", "floor"
CONSTANT = "constant"  # the best single colour, where the true translation is known


@dataclass(frozen=True)
class Comparison:
    """One row of the FID table. Sets are named `real/<set>` or `fake/<file>/<array>`."""

    direction: str  # a2b, b2a, or empty for a model with one direction
    checkpoint: str
    real: str
    fake: str


def comparisons(model: str) -> list[Comparison]:
    """All rows of a model. The reference is always the training set of the (target) domain."""
    return _cyclegan() if model == "cyclegan" else _dcgan()


def _dcgan() -> list[Comparison]:
    reference = "real/train"
    made = [Comparison("", name, reference, f"fake/{name}/arr_0") for name in (*TRAINED, START)]
    return [*made, Comparison("", FLOOR, reference, "real/test")]


def _cyclegan() -> list[Comparison]:
    rows = []
    for direction, source, target in (("a2b", "A", "B"), ("b2a", "B", "A")):
        reference = f"real/train{target}"
        rows += [Comparison(direction, name, reference, f"fake/{name}/{direction}") for name in TRAINED]
        rows.append(Comparison(direction, START, reference, f"real/test{source}"))
        rows.append(Comparison(direction, FLOOR, reference, f"real/test{target}"))
    return rows
