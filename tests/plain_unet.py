"""A second U-Net generator, as in the code of CycleGAN's and pix2pix's authors, for tests to compare ours with.

It is built from its innermost block to its outermost, as theirs. It shares no code with `gan`.
"""

from functools import partial

import torch
from torch import nn

from tests.plain_cyclegan import Options


class Block(nn.Module):
    """[the input, what the block makes of it], or the latter alone if it is the outermost.

    Args:
        outer, inner: channels of the output and of what is inside.
        inputs: channels of the input; None for as many as the output.
    """

    def __init__(
        self, outer: int, inner: int, options: Options, inside: nn.Module | None, inputs: int | None, bias: bool
    ) -> None:
        super().__init__()
        self.outermost = inputs is not None
        norm = partial(options.make_norm, options.norm)
        bare = self.outermost or inside is None  # no norm follows
        down = [*self._halve(inputs or outer, inner, options.downsample_padding == "reflect", bias or bare)]
        up = [*self._double(inner if inside is None else 2 * inner, outer, options.upsample, bias or self.outermost)]
        if not self.outermost:
            down.insert(0, nn.LeakyReLU(0.2))
            up.append(norm())
        if not bare:
            down.append(norm())
        self.model = nn.Sequential(*down, *([inside] if inside else []), nn.ReLU(), *up)

    @staticmethod
    def _halve(inputs: int, outputs: int, reflect: bool, bias: bool) -> list[nn.Module]:
        if reflect:
            return [nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, 4, stride=2, bias=bias)]
        return [nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=bias)]

    @staticmethod
    def _double(inputs: int, outputs: int, upsample: str, bias: bool) -> list[nn.Module]:
        if upsample == "resize":
            return [nn.Upsample(scale_factor=2), nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, 3, bias=bias)]
        return [nn.ConvTranspose2d(inputs, outputs, 4, stride=2, padding=1, bias=bias)]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        made = self.model(x)
        return made if self.outermost else torch.cat([x, made], 1)


class UNet(nn.Module):
    """unet_256 at depth 8 and width 64; `bias` before norms as in the authors' code."""

    def __init__(self, options: Options, depth: int, inputs: int, outputs: int, bias: bool = False) -> None:
        super().__init__()
        self.options = options
        widths = [options.width * (1, 2, 4, 8)[min(level, 3)] for level in range(depth)]
        inside = None
        for level in range(depth - 1, 0, -1):
            inside = Block(widths[level - 1], widths[level], options, inside, None, bias)
        self.model = Block(outputs, widths[0], options, inside, inputs, bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.options.colours:
            mean, deviation = self.options.colours[0]
            x = (x - mean[:, None, None]) / deviation[:, None, None]
        x = self.model(x)
        if self.options.colours:
            mean, deviation = self.options.colours[1]
            x = x * deviation[:, None, None] + mean[:, None, None]
        return torch.tanh(x) if self.options.output == "tanh" else x
