"""`python -m gan import`: generators of the public CycleGAN, as checkpoints of ours."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import gan
from gan.__main__ import main
from gan.artifacts.checkpoint import Checkpoint, read, write
from gan.core.runtime import Runtime
from gan.cyclegan.public import imported
from gan.cyclegan.sampling import load, samples
from gan.params.schema import Params
from gan.run.errors import CheckpointError, GanError
from gan.sampling.model import Context
from gan.training.start import begin
from tests import tiny
from tests.papers import PAPER
from tests.public_cyclegan import TRACKED, Resnet, save, trained, unet
from tests.recipes import equal, small_cyclegan

A_NET = Path("latest_net_G_A.pth")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["gan", *map(str, arguments)])
    main()


@torch.no_grad()
def differ(checkpoint: Checkpoint, theirs: nn.Module, direction: str, inputs: int, dtype: torch.dtype) -> float:
    """The largest difference between our outputs and theirs, for random images."""
    ours = load(checkpoint)[direction].to(dtype)
    x = torch.rand(2, inputs, 32, 64, generator=torch.Generator().manual_seed(0), dtype=torch.float64).to(dtype) * 2 - 1
    return float((ours(x) - theirs.to(dtype)(x)).abs().max())


NETWORKS: dict[str, tuple[Callable[[], nn.Module], tuple[int, int]]] = {
    "9 blocks": (lambda: Resnet(4, 9), (3, 3)),
    "6 blocks, grey to colour": (lambda: Resnet(4, 6, (1, 3)), (1, 3)),
    "no blocks": (lambda: Resnet(8, 0), (3, 3)),
    "dropout": (lambda: Resnet(4, 6, dropout=True), (3, 3)),
    "unet of depth 5": (lambda: unet(4, 5), (3, 3)),
    "unet of depth 2, colour to grey": (lambda: unet(4, 2, (3, 1)), (3, 1)),
}


def test_the_networks_here_have_the_public_names() -> None:
    names = {*Resnet(4, 9).state_dict()}
    assert {"model.1.weight", "model.10.conv_block.1.bias", "model.18.conv_block.5.weight", "model.26.bias"} <= names
    assert {"model.model.0.weight", "model.model.1.model.3.model.1.bias"} <= {*unet(4, 5).state_dict()}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("direction", ["a2b", "b2a"])
def test_outputs_are_those_of_the_public_network(name: str, direction: str, workspace: Path) -> None:
    make, (inputs, outputs) = NETWORKS[name]
    theirs = trained(make())
    found = imported(save(theirs, A_NET), direction, None)
    source, target = direction.split("2")
    assert found.meta["channels"] == {source: inputs, target: outputs}
    assert differ(found, theirs, direction, inputs, torch.float32) < 1e-3
    assert differ(found, theirs, direction, inputs, torch.float64) < 1e-9


@pytest.mark.parametrize("zipped", [True, False])
def test_old_files_are_read_too(zipped: bool, workspace: Path) -> None:
    theirs = trained(Resnet(4, 2, norm=TRACKED))
    found = imported(save(theirs, A_NET, "module.", zipped), "a2b", None)
    assert any(name.endswith("running_var") for name in theirs.state_dict())
    today = Resnet(4, 2)
    today.load_state_dict(theirs.state_dict(), strict=False)
    assert differ(found, today, "a2b", 3, torch.float64) < 1e-9


def test_both_directions_make_a_checkpoint_that_begins_a_training(workspace: Path, cpu: Runtime) -> None:
    nets = [trained(Resnet(4, 1), seed) for seed in (0, 1)]
    paths = [save(net, Path(f"latest_net_G_{which}.pth")) for net, which in zip(nets, "AB", strict=True)]
    found = imported(paths[0], "a2b", paths[1])
    assert found.meta["imported"] == {
        direction: {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for direction, path in zip(("a2b", "b2a"), paths, strict=True)
    }
    write(Path("both.safetensors"), found)
    assert gan.load("both.safetensors").meta == found.meta
    swapped = imported(paths[1], "b2a", paths[0])
    assert equal(swapped.weights, found.weights)
    for net, direction in zip(nets, ("a2b", "b2a"), strict=True):
        assert differ(found, net, direction, 3, torch.float64) < 1e-9

    values = tiny.values()
    values["train_cyclegan"] |= {"start_from": "both.safetensors", "generator": PAPER | {"width": 4, "blocks": 1}}
    recipe = small_cyclegan(Params.model_validate(values), cpu)
    assert begin(recipe, "cyclegan")
    assert equal(recipe.weights(), found.weights)


def test_one_direction_translates_and_says_that_the_other_is_lacking(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], cpu: Runtime
) -> None:
    theirs = trained(Resnet(4, 1))
    pixels = np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8)
    Image.fromarray(pixels).save("photo.png")
    run(monkeypatch, "import", "cyclegan", save(theirs, A_NET), "--direction", "b2a", "--out", "one.safetensors")
    said = "b2a by a checkpoint (cyclegan, imported from latest_net_G_A.pth): one.safetensors\n"
    assert capsys.readouterr().out == said
    run(monkeypatch, "translate", "photo.png", "made.png", "--direction", "b2a", "one.safetensors")
    np.testing.assert_array_equal(
        np.asarray(Image.open("made.png")), gan.load("one.safetensors").translate(pixels, "b2a")
    )
    with torch.no_grad():
        x = torch.from_numpy(pixels).permute(2, 0, 1)[None] / 127.5 - 1
        expected = ((theirs(x)[0].permute(1, 2, 0) + 1) * 127.5).numpy()
    made = gan.load("one.safetensors", accelerator="cpu", precision="fp32").translate(pixels, "b2a")
    assert np.abs(made - expected).max() < 0.6, "rounded to a level"
    with pytest.raises(GanError, match=r"direction a2b: one\.safetensors .*\.pth\) knows b2a, and no other"):
        run(monkeypatch, "translate", "photo.png", "other.png", "--direction", "a2b", "one.safetensors")
    with pytest.raises(CheckpointError, match=r"one\.safetensors lacks a2b, and scores need both directions"):
        samples(read(Path("one.safetensors")), None, Context(workspace, 0, 1, cpu))  # type: ignore[arg-type]
    with pytest.raises(GanError, match="there already"):
        run(monkeypatch, "import", "cyclegan", A_NET, "--direction", "b2a", "--out", "one.safetensors")
