"""`python -m gan export`: a folder that needs nothing of this program, and that says where it comes from."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image
from torch import nn

import gan
from gan.__main__ import main
from gan.artifacts.checkpoint import Checkpoint
from gan.core.images import Uint8
from gan.dcgan.sampling import sample_latents
from gan.run.errors import GanError
from gan.sampling.use import Input, Network
from gan.use.formats import write
from gan.use.networks import networks_of
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


def levels(made: Uint8, expected: Uint8) -> int:
    assert made.shape == expected.shape
    return int(np.abs(made.astype(int) - expected).max())


def gray(path: str) -> Uint8:
    with Image.open(path) as image:
        assert image.mode == "L"
        return np.array(image)


def test_examples_translate_pictures_as_the_project_does(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = {"photo": (50, 70), "least": (16, 16)}  # not as tried or traced; and what a U-Net halves to a pixel
    pixels = {name: np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8) for name, size in sizes.items()}
    for name, one in pixels.items():
        Image.fromarray(one).save(f"{name}.png")
    examples, expected = [], {}
    for name, choices in TRANSLATORS.items():
        path, multiple = saved(cyclegan(choices, (3, 1)), workspace), 16 if choices is UNET else 4
        for kind in ("onnx", "torch"):
            export(monkeypatch, path, "--to", kind, "--out", f"{name}-{kind}")
            for photo, (height, width) in sizes.items():
                made, cut = f"{name}-{kind}-{photo}.png", (height // multiple * multiple, width // multiple * multiple)
                examples.append((Path(f"{name}-{kind}"), [f"../{photo}.png", f"../{made}"]))
                given = pixels[photo][: cut[0], : cut[1]]
                expected[made] = gan.load(path, accelerator="cpu", precision="fp32").translate(given, "a2b")[..., 0]
    alone(*examples)
    assert {made: levels(gray(made), one) for made, one in expected.items() if levels(gray(made), one) > 1} == {}
    assert min(one.std() for one in expected.values()) > 10


def test_examples_make_images_and_latents_give_those_of_sample(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = []
    for classes, latent, upsample in ((0, "normal", "transposed"), (3, "uniform", "resize")):
        checkpoint = dcgan(classes, latent, upsample=upsample)
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


@pytest.mark.parametrize("kind", ["onnx", "torch", "safetensors"])
def test_a_full_disk_is_told(kind: str, workspace: Path) -> None:
    model = gan.load(saved(dcgan(), workspace), accelerator="cpu")
    networks, limit = networks_of(model, None), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write(kind, model, networks, workspace)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)


def test_what_cannot_be_exported_is_told(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits, maps = saved(dcgan(), workspace), saved(cyclegan(), workspace)
    lost = saved(Checkpoint({}, {"model": "toy"}), workspace)
    Path("full").mkdir()
    Path("full/note").write_text("mine")
    Path("empty").mkdir()
    refused: list[tuple[tuple[str | Path, ...], str]] = [
        ((digits, "--out", "full"), "full is there already; --force"),
        ((digits, "--out", "full/note"), "is the name of a file; an export is a folder"),
        ((digits, "--out", "full/note/new"), r"full/note is a file, and full/note/new needs a folder"),
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
