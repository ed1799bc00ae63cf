"""The model card of an export: README.md, as a hub of models shows it, with YAML in front."""

import hashlib
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from gan.artifacts.checkpoint import content
from gan.report.facts import dataset, environments, protocol
from gan.report.scores import meanings, tables
from gan.sampling.use import Input, Network
from gan.use.example import NAME
from gan.use.formats import ONNX, SAFETENSORS, TORCH, WEIGHTS, File
from gan.use.origin import FRAME, Origin
from gan.use.trained import Trained

README = "README.md"
UNKNOWN = "unknown"
LIBRARIES = {ONNX: "onnx", TORCH: "pytorch", SAFETENSORS: "safetensors"}  # as hubs call them
METRICS = ("kid", "fid", "precision", "recall", "density", "coverage")


@dataclass(frozen=True)
class Export:
    """What was written, and what is known of it.

    Args:
        example: the text of the program that loads it.
    """

    kind: str
    model: Trained
    networks: dict[str, Network]
    files: list[File]
    origin: Origin
    example: str

    @property
    def translates(self) -> bool:
        return any(one.free for network in self.networks.values() for one in network.inputs)

    @property
    def scores(self) -> pd.DataFrame:
        """The known scores of these networks: those of other directions are left out."""
        known = self.origin.scores
        return known[known["direction"].isin(self.networks)] if self.translates and not known.empty else known


def card(export: Export) -> str:
    """The text of README.md."""
    title = f"# {export.model.model}, step {export.model.meta.get('step', UNKNOWN)}"
    parts = [title, _about(export), _use(export), _data(export), _scores(export), _made(export), _limits(export)]
    return f"---\n{_yaml(front(export))}---\n\n" + "\n\n".join(parts) + "\n"


def front(export: Export) -> dict[str, Any]:
    """What a hub reads of it: https://huggingface.co/docs/hub/model-cards; `data` and `made` are for other programs."""
    data, run = export.origin.data, export.origin.run
    task = "image-to-image" if export.translates else "unconditional-image-generation"
    about = {"source": data.get("source", UNKNOWN), "licence": data.get("licence", UNKNOWN)}
    made = {"commit": run.get("revision") or UNKNOWN, "seed": run.get("seed", UNKNOWN)}
    made |= {"step": export.model.meta.get("step", UNKNOWN), "checkpoint_sha256": _sha256(export)}
    found: dict[str, Any] = {"license": UNKNOWN, "library_name": LIBRARIES[export.kind], "pipeline_tag": task}
    found |= {"tags": ["gan", export.model.model], "data": about, "made": made}
    rows = export.scores.to_dict("records")
    results = [_result(row, task, str(about["source"])) for row in rows if row["checkpoint"] not in FRAME]
    return found | ({"model-index": [{"name": export.model.model, "results": results}]} if results else {})


def _result(row: dict[Any, Any], task: str, source: str) -> dict[str, Any]:
    """The scores of one output by one extractor, and by which protocol, as a hub reads them."""
    of = " ".join(
        one for one in (row.get("direction"), f"by features of {row.get('extractor')}") if isinstance(one, str)
    )
    values = [(name, float(row[name])) for name in METRICS if name in row and isinstance(row[name], str)]
    return {
        "task": {"type": task},
        "dataset": {"name": f"{source}, {row.get('n_real')} images of {row.get('reference')}", "type": source},
        "metrics": [{"type": name, "name": f"{name}, {of}", "value": value} for name, value in values],
    }


def _about(export: Export) -> str:
    does = "Translates pictures into another domain" if export.translates else "Makes images from noise"
    rows = [
        (f"`{file.file}`", name, "; ".join(map(_input, export.networks[name].inputs)), _output(file, export.translates),
         f"{file.difference:.2g}")
        for file in export.files for name in [file.network]
    ]  # fmt: skip
    note = (
        f"`{WEIGHTS}` holds the weights, and in its metadata what the networks are built from, as in `config.json`. "
        "The networks themselves are in the project that trained it: `gan.load` takes this file."
        if export.kind == SAFETENSORS
        else "N is any number of images. All was tried on a CPU, in float32."
    )
    table = _table(("file", "network", "input", "output in [-1, 1]", "largest difference from torch"), rows)
    return f"{does}. Written by `python -m gan export --to {export.kind}`.\n\n{table}\n\n{note}"


def _input(one: Input) -> str:
    if isinstance(one.draws, int):
        return f"`{one.name}` int64 (N,), labels below {one.draws}"
    sizes = ", ".join(f"{one.free[axis]}" if axis in one.free else f"{size}" for axis, size in enumerate(one.sizes, 1))
    law = "in [-1, 1]" if one.free else {"normal": "from N(0, 1)"}.get(one.draws, "uniform in [-1, 1]")
    free = f"; {' and '.join(one.free.values())} are multiples of {one.sizes[-1]}" if one.free else ""
    return f"`{one.name}` float32 (N, {sizes}) {law}{free}"


def _output(file: File, free: bool) -> str:
    channels, *sides = file.shape
    return f"float32 (N, {channels}, {'height, width' if free else ', '.join(map(str, sides))})"


def _use(export: Export) -> str:
    return f"## Use\n\n`{NAME}` in this folder:\n\n```python\n{export.example}```"


def _data(export: Export) -> str:
    facts = dataset(export.origin.data) or [("source", UNKNOWN), ("licence", UNKNOWN)]
    counts = {name: one.get("count") for name, one in export.origin.data.get("sets", {}).items()}
    sets = [("images", ", ".join(f"{name} {count}" for name, count in counts.items()))] if counts else []
    names = export.model.meta.get("classes")
    classes = [("labels", ", ".join(f"{label} {name}" for label, name in enumerate(names)))] if names else []
    of_data = export.origin.data.get("licence", UNKNOWN)
    licence = f"Of the weights: {UNKNOWN}, as none was stated. Of the data: {of_data}."
    return f"## Data\n\n{_table(('', ''), [*facts, *sets, *classes])}\n\n## Licence\n\n{licence}"


def _scores(export: Export) -> str:
    if export.scores.empty:
        return f"## Scores\n\n{UNKNOWN.capitalize()}: no scores of these weights are recorded in {export.origin.place}."
    scores = pd.read_csv(io.StringIO(export.scores.to_csv(index=False)))  # numbers of what was text
    shown = [
        f"{one.caption}:\n\n{_table(('', *one.columns), [(name, *cells) for name, cells in one.rows])}"
        for one in tables(scores)
    ]
    rows = "; ".join(f"{name}: {meaning}" for name, meaning in meanings(scores).items())
    how = _table(("protocol", ""), protocol(export.scores))
    note = (
        "Scores compare only with scores of the same protocol, and not with published ones of other features. They are "
        "of images made in the project, in the precision that `dtype` names; these files compute in float32."
    )
    return "\n\n".join(["## Scores", *shown, f"{rows}.", note, how])


def _made(export: Export) -> str:
    run, meta, origin = export.origin.run, export.model.meta, export.origin
    facts = [
        ("commit", run.get("revision") or UNKNOWN), ("seed", run.get("seed", UNKNOWN)),
        ("step", meta.get("step", UNKNOWN)), ("ema_decay", meta.get("ema_decay", UNKNOWN)),
        ("checkpoint", f"{export.model.model}, from {origin.place}"),
        ("SHA-256 of the checkpoint", _sha256(export)),
        *(fact for place in environments(run, run.get("checkpoint", {}).get("md5")) for fact in place),
    ]  # fmt: skip
    params = f"```yaml\n{_yaml(origin.params)}```" if origin.params else f"Params: {UNKNOWN}."
    networks = json.dumps({name: one for name, one in meta.items() if isinstance(one, dict)}, ensure_ascii=False)
    return f"## How it was made\n\n{_table(('', ''), facts)}\n\nNetworks: `{networks}`\n\n{params}"


def _limits(export: Export) -> str:
    shapes = {tuple(one["shape"][:2]) for one in export.origin.data.get("sets", {}).values() if one.get("shape")}
    seen = f" ({', '.join(f'{width}×{height} pixels' for height, width in sorted(shapes))})" if shapes else ""
    scale = (
        f"It has seen pictures of one size{seen}: what they show should be about as large as it was there."
        if export.translates
        else "It makes images of one size, and no others than its training images suggest."
    )
    return (
        "## Limits\n\n"
        f"* It knows what its training data show, with their gaps and biases, and nothing else. {scale}\n"
        "* It was trained to study GANs. Nobody has checked it for another use.\n"
        "* The files were compared with torch on random inputs, on one CPU. Other machines round otherwise.\n"
        f"* “{UNKNOWN}” is what the project has not recorded, or not of these weights."
    )


def _sha256(export: Export) -> str:
    return hashlib.sha256(content(export.model.checkpoint)).hexdigest()


def _yaml(value: Any) -> str:
    writer, text = YAML(typ="safe", pure=True), io.StringIO()
    writer.default_flow_style, writer.allow_unicode, writer.width = False, True, 1000
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.dump(value, text)
    return text.getvalue()


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown."""
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
