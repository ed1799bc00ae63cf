"""Each preset, applied by DVC's own code: it gives valid params that train, and says what its table and paper say."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from dvc.utils.hydra import apply_overrides

from benchmarks.presets import settings, with_preset
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.cyclegan.train.recipe import CycleGAN
from gan.dcgan.train.recipe import DCGAN
from gan.params.schema import Params
from gan.run.yaml12 import read_yaml
from gan.training.recipe import Recipe
from tests.papers import PAPER
from tests.project import commit, sh
from tests.recipes import colours
from tests.tiny import ROOT

FILES = sorted(path for path in (ROOT / "presets").iterdir() if path.suffix != ".md")
NAMES = [path.name for path in FILES]
SMALL: dict[str, dict[str, Any]] = {
    "train_dcgan": {"batch_size": 8},
    "train_dcgan.generator": {"width": 8},
    "train_dcgan.discriminator": {"width": 8},
    "train_cyclegan": {"load_size": 36, "crop_size": 32},
    "train_cyclegan.generator": {"width": 4},
    "train_cyclegan.discriminator": {"width": 4},
}


def small(p: Params) -> Params:
    values = p.model_dump()
    for block, changes in SMALL.items():
        place = values
        for name in block.split("."):
            place = place[name]
        place.update(changes)
    return Params.model_validate(values)


def recipe(p: Params, changed: str, cpu: Runtime) -> Recipe:
    """The small recipe of the model that a preset changes."""
    seed_torch(Stream.WEIGHTS, p.seed)
    if changed == "cyclegan":
        return CycleGAN(colours(0), colours(1), p.train_cyclegan, p.lr, p.seed, cpu)
    size, channels = p.prepare_data.images.image_size, p.prepare_data.images.channels
    images = np.random.default_rng(0).integers(0, 256, (16, size, size, channels), np.uint8)
    return DCGAN(images, p.train_dcgan, p.lr, p.seed, cpu)


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_is_valid_and_trains(name: str, cpu: Runtime) -> None:
    model = "cyclegan" if any(one.startswith("train_cyclegan.") for one in settings(name)) else "dcgan"
    made = recipe(small(with_preset(name)), model, cpu)
    for step in range(2):
        seed_torch(Stream.STEP, 0, step)
        assert all(value.isfinite() for value in made.step(step).values())


@pytest.mark.parametrize("name", [path.name for path in FILES])
def test_a_preset_holds_settings_that_any_shell_passes_on(name: str) -> None:
    """Unquoted, `$(cat …)` is cut at white space, and may not hold a quote, a comment, or what names files."""
    lines = (ROOT / "presets" / name).read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"-S [a-z0-9_.]+=[\w.\-]+|-S [a-z0-9_.]+=\[[\w.,\[\]-]*\]", line) for line in lines)
    keys = [line.partition("=")[0] for line in lines]
    assert len({*keys}) == len(keys)


def test_the_table_lists_the_presets() -> None:
    table = re.findall(r"^\| `([\w-]+)` \|", (ROOT / "presets" / "README.md").read_text(encoding="utf-8"), re.M)
    assert sorted(table) == [path.name for path in FILES]


@pytest.mark.parametrize(("name", "size", "load_size", "blocks"), [("128", 128, 143, 6), ("256", 256, 286, 9)])
def test_cyclegan_as_in_its_paper(name: str, size: int, load_size: int, blocks: int) -> None:
    """Zhu et al. 2017: sections 4, 5.2 and 7.1, and the public code's jitter."""
    p = with_preset(f"cyclegan-paper-{name}")
    block = p.train_cyclegan
    assert p.prepare_data.domains.image_size == block.crop_size == size
    assert block.load_size == load_size
    assert block.generator.model_dump() == PAPER | {"width": 64, "blocks": blocks}
    assert (block.discriminator.width, block.discriminator.layers, block.discriminator.norm) == (64, 3, "instance")
    assert (p.lr * block.lr_factor, block.betas, block.batch_size) == (2e-4, [0.5, 0.999], 1)
    assert (block.epochs, block.decay_epochs, block.schedule.decay) == (100, 100, "linear")
    assert (block.loss, block.lambda_cycle, block.lambda_identity, block.pool_size) == ("least_squares", 10, 0.5, 50)
    assert block.flip
    assert (block.penalties.wanted, block.augment.policy, block.ema_decay) == (False, [], 0)


def test_dcgan_as_in_its_paper() -> None:
    """Radford et al. 2015, section 4 and figure 1; in colour together with the preset satellite-64."""
    p = with_preset("satellite-64", "dcgan-paper-64")
    block, images = p.train_dcgan, p.prepare_data.images
    assert (images.source, images.image_size, images.channels) == ("satellite", 64, 3)
    assert (p.lr, block.betas, block.batch_size, block.ema_decay) == (2e-4, [0.5, 0.999], 128, 0)
    assert (block.generator.latent, block.generator.z_dim, block.generator.width * 8) == ("uniform", 100, 1024)
    assert (block.architecture, block.generator.upsample) == ("dcgan", "transposed")
    assert (block.loss, block.discriminator.norm, block.penalties.wanted) == ("non_saturating", "batch", False)


def test_wgan_gp_as_in_its_paper() -> None:
    """Gulrajani et al. 2017, algorithm 1, whose defaults are λ = 10, n_critic = 5, α = 0.0001, β₁ = 0, β₂ = 0.9."""
    p = with_preset("wgan-gp")
    block = p.train_dcgan
    assert (block.loss, block.penalties.gradient, block.penalties.every) == ("wasserstein", 10, 1)
    assert (block.discriminator_steps, p.lr, block.betas, block.batch_size) == (5, 1e-4, [0, 0.9], 64)
    assert (block.discriminator.norm, block.ema_decay) == ("layer", 0)


def test_sngan_as_in_its_paper() -> None:
    """Miyato et al. 2018, appendix B.4, with the settings of the authors' code for CIFAR-10 and residual networks."""
    p = with_preset("sngan")
    block = p.train_dcgan
    assert (block.architecture, block.loss, block.batch_size) == ("residual", "hinge", 64)
    assert (p.lr, block.betas, block.discriminator_steps) == (2e-4, [0, 0.9], 5)
    assert block.discriminator.model_dump() == {"width": 128, "norm": "none", "spectral_norm": True}
    assert (block.generator.width, block.generator.z_dim, block.generator.latent) == (256, 128, "normal")
    assert (block.epochs, block.schedule.decay, block.ema_decay) == (0, "linear", 0)  # the rate falls from the start


def test_r3gans_loss_as_in_its_paper() -> None:
    """Huang et al. 2024: equation 2 with R1 and R2 of one γ, each γ / 2, in every step, and Adam without momentum."""
    block = with_preset("r3gan-loss").train_dcgan
    assert (block.loss, block.penalties.every, block.betas[0]) == ("relativistic", 1, 0)
    assert block.penalties.r1 == block.penalties.r2 > 0
    assert block.discriminator.norm == "none"


def test_small_data_augments_as_often_as_ada_asks_for() -> None:
    """Zhao et al. 2020, section 4: all three of DiffAugment's; the strength can rise to 1 within the training."""
    block = with_preset("small-data").train_dcgan
    assert block.augment.policy == ["colour", "translation", "cutout"]
    assert (block.augment.adaptive, block.augment.target, block.augment.probability) == (True, 0.6, 1.0)
    assert block.augment.rise <= 0.5


def test_the_shell_gives_a_preset_to_dvc(tmp_path: Path) -> None:
    """In a project of one stage, which keeps the params that it ran with."""
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "presets", tmp_path / "presets")
    stages = {"keep": {"cmd": "cp params.yaml kept.yaml", "params": ["lr", "train_dcgan"], "outs": ["kept.yaml"]}}
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": stages}))
    shutil.copytree(ROOT / ".dvc", tmp_path / ".dvc", ignore=lambda *_: {"cache", "tmp"})
    sh(tmp_path, "git", "init", "-q", "-b", "main")
    commit(tmp_path, "start")
    sh(tmp_path, "sh", "-c", "dvc exp run $(cat presets/wgan-gp) $(cat presets/small-data)")
    kept = read_yaml((tmp_path / "kept.yaml").read_text())
    assert kept["train_dcgan"]["betas"] == [0.0, 0.9]
    assert kept["train_dcgan"]["augment"]["policy"] == ["colour", "translation", "cutout"]
    assert Params.model_validate(kept) == with_preset("wgan-gp", "small-data")


def test_a_setting_changes_one_line_of_params(tmp_path: Path) -> None:
    """Comments and empty lines stay, so that a diff shows what an experiment changed."""
    before = (ROOT / "params.yaml").read_text(encoding="utf-8").splitlines()
    shutil.copy(ROOT / "params.yaml", tmp_path)
    apply_overrides(tmp_path / "params.yaml", ["lr=0.0003"])
    after = (tmp_path / "params.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == [before[4].replace("0.0008", "0.0003")]
    assert len(after) == len(before)
