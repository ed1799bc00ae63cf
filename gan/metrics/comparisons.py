"""Which images are compared with which: for each model, direction and checkpoint, and the frame around them."""

from dataclasses import dataclass

# Checkpoints that frame a score: `start` is where training began (an untrained generator, or for CycleGAN the
# untranslated input), `floor` is what other real images get.
START, FLOOR = "start", "floor"
CONSTANT = "constant"  # the best single colour, where the true translation is known


@dataclass(frozen=True)
class Comparison:
    """One row of the FID table. Sets are named `real/<set>` or `fake/<file>/<array>`."""

    direction: str  # a2b, b2a, or empty for a model with one direction
    checkpoint: str
    real: str
    fake: str

    @property
    def trained(self) -> bool:
        """Whether it scores a checkpoint, and not the frame around one."""
        return self.checkpoint not in (START, FLOOR)


def comparisons(model: str, checkpoints: list[str]) -> list[Comparison]:
    """All rows of a model. The reference is always the training set of the (target) domain."""
    return _cyclegan(checkpoints) if model == "cyclegan" else _dcgan(checkpoints)


def _dcgan(checkpoints: list[str]) -> list[Comparison]:
    reference = "real/train"
    made = [Comparison("", name, reference, f"fake/{name}/arr_0") for name in (*checkpoints, START)]
    return [*made, Comparison("", FLOOR, reference, "real/test")]


def _cyclegan(checkpoints: list[str]) -> list[Comparison]:
    rows = []
    for direction, source, target in (("a2b", "A", "B"), ("b2a", "B", "A")):
        reference = f"real/train{target}"
        rows += [Comparison(direction, name, reference, f"fake/{name}/{direction}") for name in checkpoints]
        rows.append(Comparison(direction, START, reference, f"real/test{source}"))
        rows.append(Comparison(direction, FLOOR, reference, f"real/test{target}"))
    return rows
