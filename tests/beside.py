"""Our recipes made small, and plain recipes with the same weights to compare them with."""

from typing import Any

import numpy as np
import torch
from torch import nn

from gan.core.images import Images, Uint8
from gan.core.runtime import Network, Runtime
from gan.cyclegan.train.recipe import CycleGAN
from gan.cyclegan.train.translator import Colours
from gan.dcgan.train.recipe import DCGAN
from gan.params.models import cyclegan as cyclegan_params
from gan.params.models import dcgan as dcgan_params
from tests import plain_cyclegan, plain_dcgan, tiny
from tests.plain_unet import UNet

CPU = torch.device("cpu")
Networks = dict[str, tuple[nn.Module, nn.Module]]  # name → ours and the plain one


class Contiguous(Runtime):
    """Networks and images in torch's contiguous layout; ours are otherwise always channels-last."""

    def place(self, network: Network) -> Network:
        return super().place(network).to(memory_format=torch.contiguous_format)

    def upload(self, tensor: torch.Tensor) -> torch.Tensor:
        if tensor.ndim < 4:
            return tensor
        return tensor.permute(0, 3, 1, 2).contiguous().permute(0, 2, 3, 1)


def noise(draw: int, size: int, channels: int) -> Uint8:
    """Six images, uint8 (6, size, size, channels)."""
    return np.random.default_rng(draw).integers(0, 256, (6, size, size, channels), np.uint8)


def pixels(batch: torch.Tensor) -> torch.Tensor:
    """uint8 (N, H, W, C) to float64 (N, C, H, W) in [-1, 1], rounded once, to float32."""
    return (batch.permute(0, 3, 1, 2).contiguous().float() / 127.5 - 1).double()


def cyclegan(choices: dict[str, Any], runtime: Runtime, lr: float, draw: int = 0, **changes: Any) -> CycleGAN:
    """Our recipe on 16×16 images, of width 4; domain A is grey unless there is an identity loss, which forbids it."""
    block = tiny.values()["train_cyclegan"] | {"load_size": 16, "crop_size": 16, "flip": False}
    block |= {"lr_factor": 1.0, "loss": "least_squares", "penalties": tiny.NO_PENALTY}
    params = cyclegan_params.Train.model_validate(block | {"generator": {"width": 4, "blocks": 1} | choices} | changes)
    torch.manual_seed(draw)
    a, b = noise(2 * draw, 16, 3 if params.lambda_identity else 1), noise(2 * draw + 1, 16, 3)
    return CycleGAN(a, b, params, lr, 0, runtime)


def dcgan(runtime: Runtime, lr: float, draw: int = 0, **changes: Any) -> DCGAN:
    """Our recipe on 32×32 images, of width 4."""
    block = tiny.values()["train_dcgan"] | changes
    block |= {"generator": {"width": 4, "z_dim": 8, "latent": "normal", "upsample": "transposed"}}
    block["discriminator"] |= {"width": 4}
    torch.manual_seed(draw)
    return DCGAN(noise(draw, 32, 1), dcgan_params.Train.model_validate(block), lr, 0, runtime)


def copied(plain: Network, ours: nn.Module) -> Network:
    """The plain network in float64, with our network's weights, taken in the order of its layers."""
    plain.double()
    with torch.no_grad():
        for weight, other in zip(plain.parameters(), ours.parameters(), strict=True):
            assert weight.shape == other.shape
            weight.copy_(other)
    return plain


def colours(measured: Colours, images: Images) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of each channel as we measured them in float32; asserts that they are those of `images`."""
    mean, deviation = measured.mean.double().flatten(), measured.deviation.double().flatten()
    exact = pixels(torch.from_numpy(images[:]))
    torch.testing.assert_close(mean, exact.mean((0, 2, 3)), rtol=0, atol=1e-6)
    torch.testing.assert_close(deviation, exact.std((0, 2, 3), correction=0), rtol=0, atol=1e-6)
    return mean, deviation


def plain_generator(ours: CycleGAN, source: str, target: str) -> nn.Module:
    network = ours.a2b if source == "a" else ours.b2a
    options = ours.params.generator.model_dump(exclude={"standardise"})
    if ours.params.generator.standardise:
        domains = {"a": ours.a, "b": ours.b}
        options["colours"] = [
            colours(network.source, domains[source].batches.images),
            colours(network.target, domains[target].batches.images),
        ]
    channels = ours.channels[source], ours.channels[target]
    if options.pop("architecture") == "unet":
        return copied(UNet(plain_cyclegan.Options(**options), ours.depth, *channels), network)
    return copied(plain_cyclegan.Generator(plain_cyclegan.Options(**options), *channels), network)


def plain_discriminators(ours: CycleGAN, domain: str) -> plain_cyclegan.MultiScale:
    shape, theirs = ours.params.discriminator, ours.a if domain == "a" else ours.b
    networks = [
        plain_cyclegan.discriminator(shape.width, shape.layers, ours.channels[domain]) for _ in range(shape.scales)
    ]
    return copied(plain_cyclegan.MultiScale(networks), theirs.discriminators)


def beside_cyclegan(ours: CycleGAN) -> tuple[plain_cyclegan.Training, Networks]:
    params = ours.params
    plain = plain_cyclegan.Training(
        a2b=plain_generator(ours, "a", "b"),
        b2a=plain_generator(ours, "b", "a"),
        d_a=plain_discriminators(ours, "a"),
        d_b=plain_discriminators(ours, "b"),
        lambda_cycle=params.lambda_cycle,
        lambda_identity=params.lambda_identity,
    )
    plain.optimise(float(ours.g_optimizer.rate), (params.betas[0], params.betas[1]))
    return plain, {
        "a2b": (ours.a2b, plain.a2b),
        "b2a": (ours.b2a, plain.b2a),
        "d_a": (ours.a.discriminators, plain.d_a),
        "d_b": (ours.b.discriminators, plain.d_b),
    }


def beside_dcgan(ours: DCGAN) -> tuple[plain_dcgan.Training, Networks]:
    params, size, channels = ours.params, ours.shape["size"], ours.shape["channels"]
    g, d = params.generator, params.discriminator
    plain = plain_dcgan.Training(
        copied(plain_dcgan.generator(g.z_dim, g.width, channels, size), ours.generator),
        copied(plain_dcgan.discriminator(d.width, channels, size), ours.discriminator),
        float(ours.g_optimizer.rate),
        (params.betas[0], params.betas[1]),
    )
    return plain, {"g": (ours.generator, plain.generator), "d": (ours.discriminator, plain.discriminator)}


def reals(ours: CycleGAN, step: int) -> tuple[torch.Tensor, torch.Tensor]:
    return pixels(ours.a.batches.at(step)), pixels(ours.b.batches.at(step))


def watched_latents(ours: DCGAN) -> list[torch.Tensor]:
    """A list to which each step from now on appends its latents."""
    seen: list[torch.Tensor] = []
    ours.generator.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0].double()))
    return seen


def convolutions(network: nn.Module) -> list[nn.Conv2d | nn.ConvTranspose2d]:
    return [module for module in network.modules() if isinstance(module, nn.Conv2d | nn.ConvTranspose2d)]


def gradient(network: nn.Module) -> torch.Tensor:
    """The gradient of a network as one vector, in float64."""
    parts = [weight.grad for weight in network.parameters()]
    return torch.cat([part.double().flatten() for part in parts if part is not None])


def state(network: nn.Module) -> list[torch.Tensor]:
    """All weights, and BatchNorm's running statistics."""
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    kept = [tensor for norm in norms for tensor in (norm.running_mean, norm.running_var) if tensor is not None]
    return [*network.parameters(), *kept]
