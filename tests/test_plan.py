"""The plan: its counts are those of the networks and of a real step, its formulas have closed forms, docs repeat it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
from torch import nn

from benchmarks import shuffle
from benchmarks.plan import training
from benchmarks.plan.__main__ import packed, packing, tables
from benchmarks.plan.inputs import BETWEEN, DATASETS, INSIDE, PACKED, Images, Link
from benchmarks.plan.training import WORKS, Work, all_reduce
from benchmarks.ranks import Clocked, recipe_of
from gan.cyclegan.train import nets as cyclegan
from gan.dcgan.train import nets as dcgan
from gan.params.models.cyclegan import DiscriminatorShape, GeneratorShape
from gan.params.models.dcgan import DiscriminatorShape as DCGANDiscriminator
from gan.params.models.dcgan import GeneratorShape as DCGANGenerator
from gan.params.schema import load
from gan.training.ranks import among
from gan.training.recipe import state_of
from gan.training.steps import made
from tests.papers import DCGAN_D, PAPER, PATCHGAN
from tests.tiny import ROOT

SCALE = ROOT / "docs" / "scale.md"


def parameters(*networks: nn.Module) -> int:
    return sum(one.numel() for network in networks for one in network.parameters())


def norms(network: nn.Module) -> list[int]:
    """The channels of each BatchNorm."""
    return [one.num_features for one in network.modules() if isinstance(one, nn.BatchNorm2d)]


def passed(generator: nn.Module, discriminator: nn.Module) -> list[int]:
    """The channels of each BatchNorm's sums in a step: G once, D on real, fake and fake again; forward and backward."""
    return 2 * norms(generator) + 6 * norms(discriminator)


@pytest.mark.parametrize("work", [one for one in WORKS if one.name.startswith("DCGAN")], ids=lambda one: one.row)
def test_dcgan_has_the_parameters_and_norms_of_the_plan(work: Work) -> None:
    with torch.device("meta"):
        generator = dcgan.Generator(
            DCGANGenerator(z_dim=100, latent="normal", upsample="transposed", width=64), work.size, 3
        )
        discriminator = dcgan.Discriminator(DCGANDiscriminator(width=64, **DCGAN_D), work.size, 3)
    assert (work.generators, work.discriminators) == (parameters(generator), parameters(discriminator))
    channels = passed(generator, discriminator)
    assert (work.sums, work.channels) == (5 + len(channels), sum(channels))


def test_cyclegan_has_the_parameters_of_the_plan() -> None:
    work = WORKS[-1]
    with torch.device("meta"):
        generator = cyclegan.Generator(GeneratorShape(width=64, blocks=9, **PAPER), 3, 3)
        discriminator = cyclegan.Discriminator(DiscriminatorShape(width=64, layers=3, **PATCHGAN), 3)
    assert (work.generators, work.discriminators) == (2 * parameters(generator), 2 * parameters(discriminator))
    assert (work.sums, work.pooled) == (9, work.read * 3 * 256 * 256 * 4)


@pytest.mark.parametrize("model", ["dcgan", "cyclegan"])
def test_a_real_step_sends_what_the_plan_says(model: str, tmp_path: Path) -> None:
    """One process whose sums pass through gloo, as if it were one of two: the counts of a step, not its results."""
    recipe_params = load(ROOT / "params.yaml")
    several = Clocked(0, 2, torch.device("cpu"))
    dist.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/meet", rank=0, world_size=1, timeout=timedelta(minutes=1)
    )
    try:
        with among(several):
            recipe = recipe_of(model, recipe_params)
            several.calls, several.sent = 0, 0
            made(recipe, 0, 1)
    finally:
        dist.destroy_process_group()
    networks: dict[str, Any] = dict(recipe.parts())
    if model == "dcgan":
        both = [networks["generator"], networks["discriminator"]]
        channels = passed(*both)
        sums, pooled = 5 + len(channels), 0
    else:
        both = [networks[name] for name in ("a2b", "b2a", "d_a", "d_b")]
        channels, sums, pooled = [], 9, 2 * 3 * 64**2 * 4
    assert several.calls == sums
    planned = Work("", "", "", 0, 1, 1, 1, parameters(*both), 0, sums, sum(channels), pooled).sent(2)
    assert planned <= several.sent <= planned * 1.02  # beside it: scalars, and what the discriminator says
    for one in said(model, sums, len(channels), several.sent, planned):
        assert one in " ".join(SCALE.read_text(encoding="utf-8").split()), f"docs/scale.md does not say: {one}"
    if model == "dcgan":
        state = replace(WORKS[0], generators=parameters(both[0]), discriminators=parameters(both[1])).state
        assert state <= size_of(state_of(recipe)) <= state * 1.02  # beside it: BatchNorm's running statistics


def said(model: str, sums: int, norms: int, sent: int, planned: int) -> list[str]:
    """What the docs say of a step of the default model by two processes."""
    if model == "cyclegan":
        return [f"one of CycleGAN {sums} of {sent / 1e6:.1f} MB"]
    return [
        f"makes {sums} sums of {sent / 1e6:.1f} MB together",
        f"{sums - norms} sums over ranks in a step instead of {sums};",
        f"{sums} sums of {planned:,} bytes, and a real one sends {sent - planned} more",
    ]


def size_of(state: Any) -> int:
    """The bytes of all tensors."""
    if isinstance(state, torch.Tensor):
        return state.nbytes
    inner = state.values() if isinstance(state, dict) else state if isinstance(state, list) else []
    return sum(size_of(one) for one in inner)


def test_closed_forms() -> None:
    assert packed(DATASETS["LSUN bedroom"], 64) == 3_033_042 * 12_288
    assert packed(DATASETS["ImageNet"], 256) == 1_281_167 * 196_608
    rate, pixels = PACKED
    assert packing(Images(1000, pixels, 0), 1) == pytest.approx(1000 / rate)
    assert packing(Images(1000, 2 * pixels, 0), 4) == pytest.approx(1000 / rate / 2)
    assert all_reduce(7, 1e9, 1, INSIDE) == 0
    assert all_reduce(3, 1e9, 2, Link(0.5, 1e9)) == pytest.approx(1.5 + 1)  # 2 · 1/2 of it
    assert all_reduce(0, 1e9, 64, Link(0.5, 1e9)) == pytest.approx(2 * 63 / 64)


def test_the_model_is_near_what_others_measured() -> None:
    """16 GPUs in two machines, 33.6 MB: 298 µs (https://github.com/NVIDIA/nccl/issues/1244)."""
    assert all_reduce(1, 33_554_432, 16, BETWEEN) == pytest.approx(298e-6, rel=0.25)


def test_several_gpus_launch_compute_and_then_talk() -> None:
    work = WORKS[0]
    assert work.step(1) == work.compute
    assert work.step(8) == work.launch + work.talk(8) > work.compute  # small networks wait for Python
    big = WORKS[-1]
    assert big.step(64) == big.compute + big.talk(64)
    assert big.rate(64) < 64 * big.rate(1)
    assert [training.link(ranks) for ranks in (8, 9)] == [INSIDE, BETWEEN]


def test_docs_have_the_tables() -> None:
    text = SCALE.read_text(encoding="utf-8")
    for one in [*tables(), "\n".join(shuffle.table())]:
        assert one in text, f"docs/scale.md differs from python -m benchmarks.plan, or benchmarks.shuffle:\n{one}"
