"""The page of all results: one HTML file that needs no network and no script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from gan.core.images import Images
from gan.records.dataset import read_dataset_card
from gan.records.samples import read_samples_card
from gan.records.tables import read_table
from gan.report import facts, scores
from gan.report.captions import NEIGHBOURS, Made, caption, made_by, preview_caption
from gan.report.curves import curves
from gan.report.pictures import Picture, sheet, still
from gan.report.previews import Previews, previews
from gan.report.study import Group
from gan.report.svg import Drawing
from gan.report.templates import rendered
from gan.run.names import training_of
from gan.run.paths import CHECKPOINTS, REPORTS, RUN_CARD
from gan.run.recorded import dvc_hash


@dataclass(frozen=True)
class Source:
    """Where the page finds a model's results.

    Args:
        block: of `prepare_data`, which makes its data.
        data: the folder of its packed dataset.
        grids: the names of the pictures that `sample` draws.
        sets: set → its images.
    """

    model: str
    block: str
    data: Path
    grids: Sequence[str]
    sets: Mapping[str, Images]


@dataclass(frozen=True)
class Chapter:
    """What the page shows of a model, in its order; `id` is unique in the page."""

    id: str
    model: str
    made: Made
    headlines: list[scores.Headline]
    step: int | None
    last_step: int
    pictures: list[Picture]
    tables: list[scores.Table]
    meanings: dict[str, str]
    previews: Previews | None
    curves: list[Drawing]
    dataset: facts.Facts
    sheets: list[Picture]
    settings: facts.Facts
    protocol: facts.Facts
    environments: list[facts.Facts]


def chapter(source: Source, params: dict[str, Any], place: int) -> Chapter:
    """Gather what the page shows of a model.

    Args:
        params: as params.yaml holds them.
        place: of the model among all, for ids.

    Raises:
        DataError: an input is missing or damaged.
    """
    model, folder = source.model, REPORTS / source.model
    card, checkpoint = read_dataset_card(source.data), params["evaluate"]["checkpoint"]
    conditional = bool(params.get(f"train_{model}", {}).get("conditional"))
    made = made_by(model, read_samples_card(model).outputs, checkpoint, card, conditional)
    stage = f"evaluate@{model}"
    counts, numbers = ["n_real", "n_fake", "fid", "kid", "step"], ["step", "epoch"]
    table = read_table(folder / "fid.csv", scores.KEYS, stage, counts)
    as_text = read_table(folder / "fid.csv", scores.KEYS, stage, dtype=str)
    history = read_table(folder / "history.csv", numbers, f"select@{model}", numbers)
    metrics = facts.read_json(folder / "metrics.json", f"`dvc repro {stage}` makes it anew")
    steps = table.set_index("checkpoint").get("step", pd.Series(dtype=float)).dropna().astype(int).to_dict()
    return Chapter(
        id=f"model-{place}",
        model=model,
        made=made,
        headlines=list(scores.headlines(metrics.get(model, {}))),
        step=steps.get(checkpoint),
        last_step=int(history["step"].max()),
        pictures=_pictures(source, made),
        tables=scores.tables(table),
        meanings=scores.meanings(table),
        previews=previews(folder / "previews", training_of(model), preview_caption(made)),
        curves=curves(history, f"model-{place}-curve", steps.get("best")),
        dataset=facts.dataset(card),
        sheets=[_sheet(images, name, card) for name, images in source.sets.items()],
        settings=facts.settings(params, model, source.block),
        protocol=facts.protocol(as_text),
        environments=_environments(model),
    )


def _pictures(source: Source, made: Made) -> list[Picture]:
    drawn = dict.fromkeys(source.grids, "sample") | {NEIGHBOURS: "evaluate"}
    folder = REPORTS / "samples"
    found = {name: still(folder / f"{made.model}_{name}.png", f"{stage}@{made.model}") for name, stage in drawn.items()}
    return [_told(picture, name, *caption(name, made)) for name, picture in found.items()]


def _sheet(images: Images, name: str, card: dict[str, Any]) -> Picture:
    about = f"{facts.size(card, name)}; here some of them, at equal steps through the set."
    return _told(sheet(images), name, f"Some images of the set {name}", about)


def _told(picture: Picture, name: str, alt: str, text: str) -> Picture:
    return replace(picture, name=name, alt=alt, caption=text)


def _environments(model: str) -> list[facts.Facts]:
    """Where the model was trained; empty if the run card is of another training than the checkpoint."""
    path = REPORTS / model / RUN_CARD
    card = facts.read_json(path, f"`git checkout {path}` restores it")
    return facts.environments(card, dvc_hash(CHECKPOINTS / model / "last.safetensors"))


def render(chapters: Sequence[Chapter], study: Sequence[tuple[Group, Drawing]] = ()) -> str:
    """The page as HTML. All text from outside is escaped."""
    return rendered(Path(__file__).with_suffix(".html"), chapters=chapters, study=study)
