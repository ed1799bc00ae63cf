"""The networks that DCGAN's recipe can train, by the names that `architecture` in params.yaml can have."""

from typing import Any

from gan.dcgan.train import nets, residual

# Each is built from its params, the image's size and its channels.
GENERATORS: dict[str, Any] = {"dcgan": nets.Generator, "residual": residual.Generator}
DISCRIMINATORS: dict[str, Any] = {"dcgan": nets.Discriminator, "residual": residual.Discriminator}
