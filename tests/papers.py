"""The options of CycleGAN's generator that make it the paper's, as its authors' code has them, and our defaults."""

from typing import Any

PAPER: dict[str, Any] = {
    "architecture": "residual",
    "gated": False,
    "downsample_padding": "zeros",
    "upsample": "transposed",
    "norm": "instance",
    "skips": False,
    "output": "tanh",
    "standardise": False,
}
OURS: dict[str, Any] = {
    "architecture": "residual",
    "gated": False,
    "downsample_padding": "reflect",
    "upsample": "resize",
    "norm": "layer",
    "skips": True,
    "output": "linear",
    "standardise": True,
}
UNET: dict[str, Any] = PAPER | {"architecture": "unet", "skips": True}  # the authors' other generator
DEPARTURES = [name for name in PAPER if PAPER[name] != OURS[name]]
# The rest of the discriminators' shapes, beside their width.
DCGAN_D: dict[str, Any] = {"norm": "batch", "spectral_norm": False}
PATCHGAN: dict[str, Any] = {"norm": "instance", "spectral_norm": False, "scales": 1}
