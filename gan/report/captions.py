"""What a picture shows, in words, by its name and by what its model makes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gan.records.samples import Output

NEIGHBOURS = "neighbours"  # `evaluate` draws it for every model


@dataclass(frozen=True)
class Made:
    """What a model makes.

    Args:
        model: its name.
        outputs: output → what it should resemble, as the card of its samples says.
        aligned: whether the true translation of a test image is known.
        classes: the names of the classes that its grids show, if the model is conditional.
        checkpoint: whose images the grids show.
    """

    model: str
    outputs: dict[str, Output]
    checkpoint: str
    aligned: bool = False
    classes: Sequence[str] = field(default=())

    @property
    def translations(self) -> dict[str, Output]:
        """The outputs that are made from images, not from noise."""
        return {name: output for name, output in self.outputs.items() if output.source is not None}


def made_by(model: str, outputs: dict[str, Output], checkpoint: str, card: dict[str, Any], conditional: bool) -> Made:
    """What a model makes from a dataset that the card describes."""
    classes = card.get("classes") if conditional else None
    return Made(model, outputs, checkpoint, bool(card.get("aligned")), classes if isinstance(classes, list) else ())


def caption(name: str, made: Made) -> tuple[str, str]:
    """The alternative text and the caption of the picture `<model>_<name>.png`."""
    if name == NEIGHBOURS:
        return f"Images of {made.model} above the training images nearest to them", _neighbours(made)
    if name in made.translations:
        output = made.translations[name]
        return f"Test images and their translations by {made.model}, {name}", _translation(output, made)
    if name == "samples":
        return f"Images that {made.model} makes from noise", _samples(made)
    if name == "interpolation":
        return f"Walks between images of {made.model}", _walks(made)
    return f"Images of {made.model}: {name}", f"Images of checkpoint {made.checkpoint}."


def preview_caption(made: Made) -> str:
    """What each preview shows."""
    rows = [f"images of {output.source}, their translation to {output.target}" for output in made.translations.values()]
    if rows:
        what = f"The same training images at each step. Rows from the top: {'; '.join(rows)}."
    else:
        what = "Images from the same noise at each step: a change is what was learnt since."
    return what


def _translation(output: Output, made: Made) -> str:
    rows = [f"the input, an image of {output.source}", f"its translation to {output.target}"]
    rows += [f"the translation back to {output.source}"] if output.back else []
    rows += [f"the true image of {output.target}, which the model has never seen"] if made.aligned else []
    return f"Each column is a test image. Rows from the top: {'; '.join(rows)}. Checkpoint {made.checkpoint}."


def _samples(made: Made) -> str:
    whole = f"Images made from random noise by checkpoint {made.checkpoint}, not picked by hand."
    if made.classes:
        whole += f" Each row is a class ({', '.join(made.classes)}), each column the same noise."
    return whole


def _walks(made: Made) -> str:
    inside = ", within one class" if made.classes else ""
    return (
        f"Each row walks{inside} from one random noise (left) to another (right) in equal steps. A "
        "generator that has learnt changes smoothly; one that memorises jumps."
    )


def _neighbours(made: Made) -> str:
    pairs = [f"images of {name}, nearest images of {output.target}" for name, output in made.outputs.items() if name]
    rows = f" Rows from the top: {'; '.join(pairs)}." if pairs else ""
    return (
        "In each pair of rows, above the generated images that come closest to a training image, below "
        f"this training image.{rows} A column that shows the same image twice is a copy."
    )
