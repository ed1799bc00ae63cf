"""A history of generated images for the discriminators (Shrivastava et al. 2017; CycleGAN, section 4)."""

import torch

from gan.core.runtime import Runtime
from gan.training.ranks import ranks


class ImagePool:
    """Show a discriminator old fakes half of the time, so that it does not learn from the newest ones only.

    Args:
        size: images kept; 0 passes every batch through unchanged (the paper keeps 50).
        runtime: the device and the type of the images after a state is loaded; another machine may have saved it.
    """

    def __init__(self, size: int, runtime: Runtime) -> None:
        self.size, self.runtime = size, runtime
        self.images: list[torch.Tensor] = []

    def query(self, batch: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) in, (N, C, H, W) out: each image is new, or swapped for a kept one with chance 1/2.

        All ranks keep the same images, those of whole batches, and swap the same.
        """
        if self.size == 0:
            return batch
        return ranks().part(torch.stack([self._swap(image) for image in ranks().gathered(batch)]))

    def _swap(self, image: torch.Tensor) -> torch.Tensor:
        if len(self.images) < self.size:
            self.images.append(image.clone())
            return image
        if torch.rand(()).item() < 0.5:
            return image
        index = int(torch.randint(self.size, ()).item())
        kept, self.images[index] = self.images[index], image.clone()
        return kept

    def state_dict(self) -> dict[str, torch.Tensor]:
        return {str(index): image for index, image in enumerate(self.images)}

    def load_state_dict(self, state: dict[str, torch.Tensor]) -> None:
        device, dtype = self.runtime.device, self.runtime.dtype
        self.images = [state[str(index)].to(device, dtype) for index in range(len(state))]
