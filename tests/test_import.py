"""`python -m gan import`: generators of the public CycleGAN, as checkpoints of ours."""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
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
from tests.public_cyclegan import TRACKED, Resnet, discriminator, save, trained, unet
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


class Code:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("hacked",)


def bad_files() -> dict[str, str]:
    """Writes files that cannot be imported; the name of each → what is said of it."""
    whole = save(trained(Resnet(4, 1)), A_NET).read_bytes()
    old = save(trained(Resnet(4, 1)), A_NET, zipped=False).read_bytes()
    Path("cut.pth").write_bytes(whole[: len(whole) // 2])
    Path("cut_old.pth").write_bytes(old[: len(old) // 2])
    Path("empty.pth").touch()
    Path("text.pth").write_text("no weights")
    Path("folder.pth").mkdir()
    Path("picture.pth").write_bytes(b"\x89PNG\r\n\x1a\n")
    torch.save({"model.1.weight": Code()}, "code.pth")
    torch.save(nn.Linear(2, 2), "module.pth")
    torch.save([torch.ones(1)], "list.pth")
    torch.save({"epoch": 3}, "epoch.pth")
    torch.save({"model.1.weight": torch.ones(2, 3, 7, 7)}, "part.pth")
    save_file({"model.1.weight": torch.ones(1)}, "ready.safetensors")
    save(discriminator(4), Path("latest_net_D_A.pth"))
    save(Resnet(4, 6, norm=nn.BatchNorm2d), Path("batch.pth"))
    save(nn.Linear(2, 2), Path("linear.pth"))
    save(Resnet(4, 1, (4, 3)), Path("four.pth"))
    weights = Resnet(4, 1).state_dict()
    torch.save({name: one for name, one in weights.items() if name != "model.4.bias"}, "no_bias.pth")
    torch.save(weights | {"model.4.weight": torch.ones(8, 4, 5, 5)}, "other_kernel.pth")
    torch.save(weights | {"model.7.weight": torch.full((16, 8, 3, 3), float("nan"))}, "failed.pth")
    return {
        "none.pth": "none.pth is missing; name a .pth file of a generator",
        "folder.pth": "is a folder",
        "cut.pth": "is damaged, or was not written by torch.save",
        "cut_old.pth": "is damaged",
        "empty.pth": "is damaged",
        "text.pth": "is damaged",
        "picture.pth": "is damaged",
        "code.pth": r"holds \w+.mkdir, which is code and no weights; it was not run",
        "module.pth": "holds torch.nn.modules.linear.Linear, which is code",
        "list.pth": "holds no weights by their names",
        "epoch.pth": "holds no weights by their names",
        "part.pth": "another network: it lacks model.1.bias",
        "ready.safetensors": "is a safetensors file",
        "latest_net_D_A.pth": "holds a discriminator; the generators are in files such as",
        "batch.pth": "has batch norm",
        "linear.pth": "another network: it has bias",
        "four.pth": r"first weights are \(4, 4, 7, 7\)",
        "no_bias.pth": "another network: it lacks model.4.bias",
        "other_kernel.pth": r"model.4.weight is \(8, 4, 5, 5\), expected \(8, 4, 3, 3\)",
        "failed.pth": "model.7.weight is not finite",
    }


def test_other_files_are_refused_in_one_sentence(workspace: Path) -> None:
    for name, message in bad_files().items():
        with pytest.raises(CheckpointError, match=message) as error:
            imported(Path(name), "a2b", None)
        assert "\n" not in str(error.value)
        assert name in str(error.value)
    assert not Path("hacked").exists()


def test_other_arguments_are_refused(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(trained(Resnet(4, 1)), A_NET)
    save(trained(Resnet(4, 2)), Path("deeper.pth"))
    save(trained(Resnet(4, 1, (1, 3))), Path("grey.pth"))
    ask = ["--direction", "a2b", "--out", "one.safetensors"]
    for arguments, message in (
        (["cyclegan", A_NET, "--direction", "a2c", "--out", "one.safetensors"], "direction a2c: it is a2b or b2a"),
        (["cyclegan", A_NET, "--direction", "a2b", "--out", "one.pth"], "a checkpoint ends in .safetensors"),
        (["cyclegan", A_NET, "--back", "deeper.pth", *ask], "generators of different shapes"),
        (["cyclegan", A_NET, "--back", "grey.pth", *ask], "generators of different shapes"),
        (["dcgan", A_NET, *ask], "import dcgan: no weights from elsewhere"),
        (["toy", A_NET, *ask], "gan/toy/use.py"),
    ):
        with pytest.raises(GanError, match=message):
            run(monkeypatch, "import", *arguments)
    assert not Path("one.safetensors").exists()
