"""Both models' steps; `test_differential` compares them with plain recipes."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from gan.core.images import Uint8
from gan.core.runtime import Runtime
from gan.core.tensors import to_float
from gan.cyclegan.train.recipe import CycleGAN
from gan.params.models.cyclegan import Train
from gan.training.recipe import restore, state_of
from tests import tiny
from tests.papers import PAPER
from tests.recipes import Build, colours, discriminators, small_cyclegan, small_dcgan


def test_a_discriminator_that_says_the_same_of_every_image_has_no_spread(build: Build) -> None:
    blocks = {name: tiny.values()[name] for name in ("train_dcgan", "train_cyclegan")}
    for block in blocks.values():
        block["discriminator"]["width"] = 32  # with 4 channels, CycleGAN's can hardly answer differently at its start
    recipe = build(tiny.params(**blocks))
    networks = discriminators(recipe)
    alive = {name: float(value) for name, value in recipe.step(0).items() if name.endswith("spread")}
    assert len(alive) == len(networks)
    assert min(alive.values()) > recipe.params.watch.least_spread
    for parameter in (parameter for network in networks for parameter in network.parameters()):
        nn.init.zeros_(parameter)
    assert max(float(value) for name, value in recipe.step(1).items() if name.endswith("spread")) < 1e-3


def test_cyclegans_rate_is_constant_and_then_falls_to_0(cpu: Runtime) -> None:
    p = tiny.params()
    recipe = CycleGAN(colours(0), colours(1), p.train_cyclegan, 0.5, 0, cpu)
    rates = []
    for step in range(recipe.total_steps):
        recipe.step(step)
        rates.append(float(recipe.g_optimizer.rate))
        assert rates[-1] == recipe.d_optimizer.rate
    top = 0.5 * p.train_cyclegan.lr_factor
    assert rates[:20] == [top] * 20
    np.testing.assert_allclose(rates[20:], top * np.arange(20, 0, -1) / 20)


def test_the_discriminators_have_a_rate_of_their_own(build: Build) -> None:
    p = tiny.values()
    for model in ("dcgan", "cyclegan"):
        p[f"train_{model}"]["discriminator_lr_factor"] = 4.0
    recipe: Any = build(tiny.params(**p))
    recipe.step(0)
    rates = [float(optimizer.rate) for optimizer in (recipe.d_optimizer, recipe.g_optimizer)]
    assert rates[0] == 4 * rates[1] > 0


def test_each_generator_knows_the_colours_of_both_domains_and_a_checkpoint_keeps_them(cpu: Runtime) -> None:
    recipe = CycleGAN(colours(0), colours(1), tiny.params().train_cyclegan, 0.5, 0, cpu)
    a, b = (to_float(torch.from_numpy(colours(seed))).mean((0, 2, 3)) for seed in (0, 1))
    recipe.step(0)
    kept = recipe.weights()
    for name, mean in {"a2b.source": a, "a2b.target": b, "b2a.source": b, "b2a.target": a}.items():
        torch.testing.assert_close(kept[f"{name}.mean"].flatten(), mean)


def test_cyclegan_at_the_papers_resolution(cpu: Runtime) -> None:
    """256×256 with 9 blocks, the 70×70 PatchGAN and all else as in the paper, except for the width: 64 is too slow."""
    p = tiny.values()
    block = p["train_cyclegan"] | {"load_size": 286, "crop_size": 256, "lr_factor": 1.0, "ema_decay": 0.0}
    block |= {"generator": PAPER | {"width": 8, "blocks": 9}}
    block["discriminator"] |= {"width": 8, "layers": 3}
    photos = np.random.default_rng(0).integers(0, 256, (2, 2, 256, 256, 3), np.uint8)
    params = Train.model_validate(block)
    recipe = CycleGAN(photos[0], photos[1], params, 2e-4, 0, cpu)
    before = {name: tensor.clone() for name, tensor in recipe.weights().items()}
    losses = recipe.step(0)
    assert all(loss.isfinite() for loss in losses.values())
    assert recipe.b.discriminators[0](torch.zeros(1, 3, 256, 256)).shape == (1, 1, 30, 30)  # 900 patches of 70×70
    after = recipe.weights()
    moved = [name for name in before if ".source." not in name and ".target." not in name]
    assert all(not torch.equal(before[name], after[name]) for name in moved)


ON_CPU = {"/ema/begun", "/ema_a2b/begun", "/ema_b2a/begun"}  # read at each step, which would wait for a GPU


def tensors(state: Any, path: str = "") -> dict[str, torch.Tensor]:
    """Every tensor of a nested state, by its path."""
    if torch.is_tensor(state):
        return {path: state}
    parts = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, list | tuple) else ()
    return {where: tensor for name, part in parts for where, tensor in tensors(part, f"{path}/{name}").items()}


@pytest.mark.filterwarnings("ignore:for .* copying from a non-meta")  # weights have no values there
@pytest.mark.parametrize("model", ["dcgan", "cyclegan"])
def test_a_state_of_another_machine_comes_to_this_ones_device_and_type(model: str, digits: Uint8, cpu: Runtime) -> None:
    """Every state is loaded on the CPU. A `meta` device stands for a GPU, in whose bf16 the pools keep their images."""
    p = tiny.params()

    def build(runtime: Runtime) -> Any:
        return small_dcgan(p, digits, runtime) if model == "dcgan" else small_cyclegan(p, runtime)

    trained, other = build(cpu), build(Runtime(torch.device("meta"), "bf16"))
    trained.step(0)
    restore(other, state_of(trained))
    found = tensors(state_of(other))
    assert found.keys() == tensors(state_of(trained)).keys()
    assert {name for name, tensor in found.items() if tensor.device.type != "meta"} <= ON_CPU
    if model == "cyclegan":
        assert {image.dtype for image in [*other.a.pool.images, *other.b.pool.images]} == {torch.bfloat16}
