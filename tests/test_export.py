"""`python -m gan export`: a folder that needs nothing of this program, and that says where it comes from."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from dvc.repo import Repo
from PIL import Image
from torch import nn

import gan
from gan.__main__ import main
from gan.artifacts.checkpoint import Checkpoint
from gan.core.images import Uint8
from gan.dcgan.sampling import sample_latents
from gan.run.errors import GanError
from gan.run.recorded import dvc_hash
from gan.run.yaml12 import read_yaml
from gan.sampling.use import Input, Network
from gan.use.formats import write
from gan.use.origin import Lock
from tests import results
from tests.project import commit, sh
from tests.trained import PAPER, RESIDUAL, UNET, cyclegan, dcgan, saved

# Runs examples, each in its folder, where `import gan` fails; as importing torch takes seconds, all in one process.
ALONE = """
import json, os, runpy, sys
sys.modules["gan"] = None
for folder, arguments in json.loads(sys.argv[1]):
    os.chdir(folder)
    sys.argv = ["example.py", *arguments]
    runpy.run_path("example.py", {}, "__main__")
"""
TRANSLATORS = {"residual": RESIDUAL, "paper": PAPER, "unet": UNET, "gated": RESIDUAL | {"gated": True}}


def export(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["gan", "export", *map(str, arguments)])
    main()


def alone(*examples: tuple[Path, list[str]]) -> str:
    """What examples print, with their arguments, in a process of their own."""
    given = json.dumps([(str(folder.absolute()), arguments) for folder, arguments in examples])
    command = [sys.executable, "-W", "ignore", "-c", ALONE, given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def front(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(Path(folder, "README.md").read_text().split("---\n")[1])
    return found


def levels(made: Uint8, expected: Uint8) -> int:
    assert made.shape == expected.shape
    return int(np.abs(made.astype(int) - expected).max())


def gray(path: str) -> Uint8:
    with Image.open(path) as image:
        assert image.mode == "L"
        return np.array(image)


def test_examples_translate_a_picture_as_the_project_does(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)  # of no size that was tried or traced
    Image.fromarray(pixels).save("photo.png")
    examples, expected = [], {}
    for name, choices in TRANSLATORS.items():
        path, multiple = saved(cyclegan(choices, (3, 1)), workspace), 16 if choices is UNET else 4
        cut = pixels[: 50 // multiple * multiple, : 70 // multiple * multiple]
        expected[name] = gan.load(path, accelerator="cpu", precision="fp32").translate(cut, "a2b")[..., 0]
        for kind in ("onnx", "torch"):
            export(monkeypatch, path, "--to", kind, "--out", f"{name}-{kind}")
            examples.append((Path(f"{name}-{kind}"), ["../photo.png", f"../{name}-{kind}.png"]))
    alone(*examples)
    for folder, _ in examples:
        assert levels(gray(f"{folder}.png"), expected[folder.name.split("-")[0]]) <= 1
    assert min(one.std() for one in expected.values()) > 10


def test_the_size_that_a_unet_halves_to_one_pixel_is_translated(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(cyclegan(UNET, (3, 1)), workspace)
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    Image.fromarray(pixels).save("photo.png")
    for kind in ("onnx", "torch"):
        export(monkeypatch, path, "--to", kind, "--out", kind)
    alone(*((Path(kind), ["../photo.png", f"../{kind}.png"]) for kind in ("onnx", "torch")))
    expected = gan.load(path, accelerator="cpu", precision="fp32").translate(pixels, "a2b")[..., 0]
    assert levels(gray("onnx.png"), expected) <= 1
    assert levels(gray("torch.png"), expected) <= 1


def test_examples_make_images_and_latents_give_those_of_sample(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = []
    for classes, latent in ((0, "normal"), (3, "uniform")):
        checkpoint = dcgan(classes, latent)
        path = saved(checkpoint, workspace)
        for kind in ("onnx", "torch"):
            export(monkeypatch, path, "--to", kind, "--out", f"{latent}-{kind}")
            examples.append((Path(f"{latent}-{kind}"), [f"../{latent}-{kind}.png"]))
        inputs = {"z": sample_latents(checkpoint, 5, 0).numpy()}
        inputs |= {"labels": np.arange(5) % classes} if classes else {}
        made = onnxruntime.InferenceSession(f"{latent}-onnx/generator.onnx").run(None, inputs)[0]
        expected = gan.load(path, accelerator="cpu", precision="fp32").sample(5)
        assert levels(np.rint((made + 1) * 127.5).astype(np.uint8).transpose(0, 2, 3, 1), expected) <= 1
    alone(*examples)
    for folder, _ in examples:
        assert gray(f"{folder}.png").shape == (32, 8 * 32)
        assert gray(f"{folder}.png").std() > 3


def test_safetensors_are_the_checkpoint_itself(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(dcgan(classes=3), workspace)
    export(monkeypatch, path, "--to", "safetensors", "--out", "hub")
    assert sorted(one.name for one in Path("hub").iterdir()) == [
        "README.md", "config.json", "example.py", "model.safetensors",
    ]  # fmt: skip
    assert Path("hub/model.safetensors").read_bytes() == path.read_bytes()
    assert json.loads(Path("hub/config.json").read_text()) == dcgan(classes=3).meta
    assert "generator.1.weight float32 (6, 8, 4, 4)" in alone((Path("hub"), []))
    assert "generator in model.safetensors: at most 0 from torch" in capsys.readouterr().out


def test_of_a_lone_file_the_card_says_unknown(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(monkeypatch, saved(cyclegan(), workspace), "--to", "onnx", "--direction", "b2a", "--out", "maps")
    assert sorted(one.name for one in Path("maps").iterdir()) == ["README.md", "b2a.onnx", "example.py"]
    about = front("maps")
    assert (about["license"], about["library_name"], about["pipeline_tag"]) == ("unknown", "onnx", "image-to-image")
    assert about["data"] == {"source": "unknown", "licence": "unknown"}
    assert (about["made"]["commit"], about["made"]["step"]) == ("unknown", 3)
    assert "model-index" not in about
    text = Path("maps/README.md").read_text()
    assert "Unknown: no scores of these weights" in text
    assert Path("maps/example.py").read_text() in text


@pytest.fixture
def project(workspace: Path) -> Path:
    """A commit with results made by hand, in a pipeline that DVC recorded."""
    results.results("dcgan")
    saved(dcgan(), workspace).rename("data/checkpoints/dcgan/best.safetensors")
    saved(dcgan(seed=1), workspace).rename("data/checkpoints/dcgan/last.safetensors")
    reports, made = Path("reports/dcgan"), Path("data/checkpoints/dcgan")
    (reports / "data.json").write_text(json.dumps(results.CARD))
    run: dict[str, Any] = {"seed": 7, "revision": "c0ffee", "environments": [{"device": "a CPU"}]}
    (reports / "run.json").write_text(json.dumps(run | {"checkpoint": {"md5": dvc_hash(made / "last.safetensors")}}))
    Path("params.yaml").write_text("seed: 7\nlr: 0.5\n")
    uncached = "outs: [{{{}: {{cache: false}}}}]"
    Path("dvc.yaml").write_text(f"""
stages:
  prepare: {{cmd: 'true', outs: [data/packed/dcgan, {{reports/dcgan/data.json: {{cache: false}}}}]}}
  train: {{cmd: 'true', deps: [data/packed/dcgan], params: [seed, lr], outs: [{made}/last.safetensors]}}
  select: {{cmd: 'true', deps: [{made}/last.safetensors], outs: [{made}/best.safetensors]}}
  evaluate: {{cmd: 'true', deps: [{made}/best.safetensors], {uncached.format("reports/dcgan/fid.csv")}}}
""")
    sh(workspace, "git", "init", "-q", "-b", "main")
    Repo.init(str(workspace)).close()
    recorded()
    commit(workspace, "results")
    return workspace


def recorded(*stages: str) -> None:
    with Repo() as repo:
        for stage in stages or (None,):
            repo.commit(stage, force=True)


def test_of_a_commit_the_card_tells_what_the_lock_vouches_for(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(monkeypatch, "HEAD", "--to", "safetensors", "--out", "whole")
    about, text = front("whole"), Path("whole/README.md").read_text()
    assert about["data"] == {"source": "folder", "licence": "mine"}
    assert (about["made"]["commit"], about["made"]["seed"]) == ("c0ffee", 7)
    metrics = about["model-index"][0]["results"][0]["metrics"]
    assert {one["type"]: one["value"] for one in metrics} == {"kid": 0.0124, "fid": 13.0, "precision": 0.631}
    for told in ("lr: 0.5", "| best | 40 | 12.4 ± 0.7 | 13.0 ± 0.3 |", "extractor_sha256 | 579344248a93", "a CPU"):
        assert told in text
    assert "| last |" not in text

    saved(dcgan(seed=2), project).replace("data/checkpoints/dcgan/best.safetensors")  # as `dvc repro select` does
    recorded("select")
    export(monkeypatch, "--to", "safetensors", "--out", "newer")
    assert front("newer")["made"]["seed"] == 7
    assert "model-index" not in front("newer"), "the scores are of the weights before"

    saved(dcgan(seed=3), project).replace("data/checkpoints/dcgan/best.safetensors")  # by hand
    export(monkeypatch, "--to", "safetensors", "--out", "edited")
    assert front("edited")["made"]["seed"] == "unknown"
    export(monkeypatch, "HEAD", "--to", "safetensors", "--out", "again")
    assert front("again") == about
    assert Lock("<<<<<<< ours").vouches(Path("reports/dcgan/fid.csv"), b"") is False


class OfTheCount(nn.Module):
    """Makes another image if there are more of them, which a trace cannot know."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return z[:, :, None, None] / len(z)


class NoNumber(nn.Module):
    """Makes NaN."""

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return z[:, :, None, None] * torch.nan


@pytest.mark.parametrize("kind", ["onnx", "torch"])
@pytest.mark.parametrize("module", [OfTheCount(), NoNumber()])
def test_a_file_that_makes_something_else_is_refused(kind: str, module: nn.Module, workspace: Path) -> None:
    model = gan.load(saved(dcgan(), workspace), accelerator="cpu")
    network = Network(module, (Input("z", (2,), "normal"),))
    with pytest.raises(GanError, match=r"wrong\.\w+ differs from torch by .* more than 0\.0001; nothing is kept"):
        write(kind, model, {"wrong": network}, workspace)


def test_what_cannot_be_exported_is_told(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits, maps = saved(dcgan(), workspace), saved(cyclegan(), workspace)
    lost = saved(Checkpoint({}, {"model": "toy"}), workspace)
    Path("full").mkdir()
    Path("full/note").write_text("mine")
    Path("empty").mkdir()
    refused: list[tuple[tuple[str | Path, ...], str]] = [
        ((digits, "--out", "full"), "full is there already; --force"),
        ((digits, "--out", "full/note"), "is the name of a file; an export is a folder"),
        ((digits, "--out", "digits.onnx"), "is the name of a file; an export is a folder"),
        ((digits, "--out", "new", "--direction", "a2b"), r"direction a2b: .*\(dcgan, step 3\) makes images from noise"),
        ((maps, "--out", "new", "--direction", "a2c"), "direction a2c: .* knows a2b and b2a"),
        ((maps, "--out", "new", "--model", "dcgan"), "is of cyclegan, not of dcgan"),
        ((lost, "--out", "new"), "checkpoints of toy cannot be used here"),
        (("lost.safetensors", "--out", "new"), r"lost\.safetensors is missing"),
        (("HEAD", "--out", "new"), "HEAD is no file, and there is no project here"),
    ]
    for arguments, reason in refused:
        with pytest.raises(GanError, match=reason):
            export(monkeypatch, *arguments, "--to", "onnx")
    with pytest.raises(GanError, match="direction a2b: safetensors holds all weights"):
        export(monkeypatch, maps, "--out", "new", "--to", "safetensors", "--direction", "a2b")
    assert not Path("new").exists()
    export(monkeypatch, digits, "--out", "empty", "--to", "onnx")
    export(monkeypatch, digits, "--out", "full", "--to", "onnx", "--force")
    assert Path("full/note").read_text() == "mine"
