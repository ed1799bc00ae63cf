"""`gan.load` and `python -m gan sample`: what was trained, in the hand."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import gan
from gan.__main__ import main
from gan.artifacts.checkpoint import Checkpoint, read
from gan.core.runtime import Runtime, choose_runtime
from gan.core.seeding import torch_generator
from gan.core.streams import Stream
from gan.cyclegan import sampling as translating
from gan.dcgan import sampling
from gan.dcgan.train.nets import latents
from gan.dcgan.use import truncated
from gan.params.models.dcgan import GeneratorShape, Sample
from gan.run.errors import CheckpointError, DataError, GanError
from gan.sampling.model import Context
from tests.tiny import ROOT
from tests.trained import PAPER, RESIDUAL, UNET, cyclegan, dcgan, saved

STAGE = Sample.model_validate({"batch_size": 7, "count": 40, "columns": 4, "interpolations": 5, "classes": []})


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["gan", *map(str, arguments)])
    main()


def test_the_same_seed_and_count_give_the_images_of_the_stage(workspace: Path) -> None:
    path = saved(dcgan(), workspace)
    runtime = choose_runtime("auto", "auto", "exact")
    expected = sampling.samples(read(path), STAGE, Context(workspace, 5, 7, runtime))
    digits = gan.load(path)
    assert digits.meta["step"] == 3
    np.testing.assert_array_equal(digits.sample(40, seed=5, batch_size=7), expected["arr_0"])
    assert not np.array_equal(digits.sample(40, seed=6, batch_size=7), expected["arr_0"])


def test_a_conditional_model_shows_the_classes_that_are_asked_for(workspace: Path, cpu: Runtime) -> None:
    checkpoint = dcgan(classes=3)  # called 0, 10 and 20
    digits = gan.load(saved(checkpoint, workspace), accelerator="cpu", precision="fp32")
    labels = np.array([2, 0, 0, 1, 2, 2])
    z = latents(6, GeneratorShape.model_validate(checkpoint.meta["generator"]), torch_generator(Stream.SAMPLES, 0))
    expected = sampling.generate(sampling.load(checkpoint), z, 100, cpu, labels)
    np.testing.assert_array_equal(digits.sample(6, classes=[int(label) for label in labels]), expected)
    np.testing.assert_array_equal(digits.sample(6, classes=["20", "0", "0", "10", "20", "20"]), expected)
    alternating = digits.sample(6, classes=["20", 0])
    np.testing.assert_array_equal(alternating, digits.sample(6, classes=[2, 0] * 3))
    np.testing.assert_array_equal(digits.sample(6), digits.sample(6, classes=[0, 1, 2, 0, 1, 2]))
    with pytest.raises(GanError, match=r"class 3: the checkpoint knows 0, 10, 20, by these names or"):
        digits.sample(6, classes=[3])


def test_truncated_latents_are_those_of_a_law_without_its_tails() -> None:
    z = torch.randn(200_000, generator=torch.Generator().manual_seed(0))
    some = truncated(z, "normal", 0.7)
    drawn = z[z.abs() < 0.7]  # drawing again until a number fits leaves exactly these
    assert some.abs().max() <= 0.7
    quantiles = torch.linspace(0, 1, 21)[1:-1]
    torch.testing.assert_close(some[:100_000].quantile(quantiles), drawn.quantile(quantiles), rtol=0, atol=0.01)
    assert (some[z.argsort()].diff() >= 0).all(), "each keeps its rank"
    torch.testing.assert_close(truncated(z[:1000], "normal", 30.0), z[:1000])
    assert torch.equal(truncated(z, "uniform", 0.5), 0.5 * z)
    for law, most in (("normal", 0.0), ("uniform", 1.5), ("normal", float("nan"))):
        with pytest.raises(GanError, match="it must be above 0"):
            truncated(z, law, most)


@pytest.mark.parametrize("choices", [RESIDUAL, PAPER, UNET], ids=["residual", "paper", "unet"])
def test_translations_of_test_images_are_those_of_the_stage(choices: dict[str, object], workspace: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 1), np.uint8)
    path = saved(cyclegan(choices, (1, 3)), workspace)
    runtime = choose_runtime("auto", "auto", "exact")
    network = translating.load(read(path))["a2b"]
    expected = translating.translate(network, images, Context(workspace, 0, 2, runtime))
    made = gan.load(path).translate(images, "a2b", batch_size=2)
    np.testing.assert_array_equal(made, expected)
    assert gan.load(path).translate(made[0], "b2a").shape == (32, 32, 1)


def test_settings_of_torch_are_given_back(workspace: Path) -> None:
    before = torch.get_deterministic_debug_mode(), torch.backends.cudnn.benchmark, torch.backends.cudnn.allow_tf32
    model = gan.load(saved(dcgan(), workspace))
    model.sample(2)
    with pytest.raises(GanError, match="truncation 0"):
        model.sample(2, truncation=0)
    now = torch.get_deterministic_debug_mode(), torch.backends.cudnn.benchmark, torch.backends.cudnn.allow_tf32
    assert now == before


def test_what_cannot_be_done_is_told(workspace: Path) -> None:
    digits, maps = gan.load(saved(dcgan(), workspace)), gan.load(saved(cyclegan(), workspace))
    image = np.zeros((8, 8, 3), np.uint8)
    numbers: Any = np.zeros((8, 8, 3))
    Path("latest_net_G_A.pth").write_bytes(b"PK not ours")
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: maps.sample(1), r"cyclegan\.safetensors \(cyclegan, step 3\) translates images, and makes none"),
        (lambda: digits.translate(image, "a2b"), r"\(dcgan, step 3\) makes images from noise, and translates none"),
        (lambda: maps.translate(image, "a2c"), "direction a2c: .* knows a2b and b2a"),
        (lambda: maps.translate(image[..., :1], "a2b"), r"uint8 \(8, 8, 1\): a2b takes uint8 \(N, H, W, 3\) or"),
        (lambda: maps.translate(numbers, "a2b"), r"images of float64 \(8, 8, 3\)"),
        (lambda: maps.translate(image, "a2b", tile=0), "tile 0"),
        (lambda: digits.sample(0), "n 0"),
        (lambda: digits.sample(1, classes=["7"]), "class 7: .* knows no classes"),
        (lambda: gan.load("lost.safetensors"), r"lost\.safetensors is missing"),
        (
            lambda: gan.load("latest_net_G_A.pth"),
            "G_A.pth is no checkpoint .* `python -m gan import` makes",
        ),
        (lambda: gan.load("dcgan.safetensors", accelerator="tpu"), "accelerator tpu: choose one of auto, cpu, cuda"),
        (lambda: gan.load("dcgan.safetensors", precision="fp8"), "precision fp8: choose one of auto, fp32, bf16"),
        (lambda: gan.load("dcgan.safetensors", model="cyclegan"), "is of dcgan, not of cyclegan"),
        (lambda: gan.load("dcgan.safetensors", checkpoint="last"), "is one file"),
        (lambda: gan.load(saved(Checkpoint({}, {"model": "toy"}), workspace)), "gan/toy/use.py has no `USE = Use"),
        (lambda: gan.load(saved(Checkpoint({}, {"model": "dcgan"}), workspace)).sample(1), "does not fit the model"),
        (lambda: gan.load("HEAD"), "HEAD is no file, and there is no project here"),
    ]
    for action, reason in refused:
        with pytest.raises(GanError, match=reason):
            action()
    assert issubclass(CheckpointError, GanError)
    assert issubclass(DataError, GanError)


def test_the_command_writes_a_grid_or_files_and_replaces_nothing(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(dcgan(classes=3), workspace)
    expected = gan.load(path).sample(5, seed=1, classes=["20"], truncation=1.5)
    options = ["--count", "5", "--seed", "1", "--class", "20", "--truncation", "1.5"]
    run(monkeypatch, "sample", path, "--out", "images", *options)
    files = sorted((workspace / "images").iterdir())
    assert [file.name for file in files] == [f"000{index}.png" for index in range(5)]
    np.testing.assert_array_equal([np.asarray(Image.open(file)) for file in files], expected[..., 0])
    run(monkeypatch, "sample", path, "--out", "grid.png", *options)
    with Image.open("grid.png") as grid:
        assert grid.size == (3 * 66 + 2, 2 * 66 + 2)
        tile = np.asarray(grid)[2:66, 68:132]
    np.testing.assert_array_equal(tile[::2, ::2, 0], expected[1, ..., 0])
    assert "5 images by " in capsys.readouterr().out
    for out in ("images", "grid.png"):
        with pytest.raises(GanError, match=r"there already; --force"):
            run(monkeypatch, "sample", path, "--out", out, *options)
    run(monkeypatch, "sample", path, "--out", "grid.png", *options, "--force")


def test_help_and_the_package_import_nothing_heavy() -> None:
    code = (
        "import sys, gan.__main__; print([name for name in ('torch', 'pandas', 'numpy', 'dvc') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    code = "import sys; before = {*sys.modules}; import gan; print({*sys.modules} - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "{'gan'}\n"
