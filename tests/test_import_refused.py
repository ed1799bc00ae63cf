"""`python -m gan import`: what is no generator of the public CycleGAN is refused, and no code in it is run."""

import os
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from gan.cyclegan.public import imported
from gan.run.errors import CheckpointError, GanError
from tests.public_cyclegan import Resnet, discriminator, save, trained
from tests.test_import import A_NET, run


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
