"""Crops stay inside the image and mirror half of the time."""

import torch

from gan.training.augment import resize_crop_flip


def test_every_crop_and_both_hands_come_up() -> None:
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    seen = set()
    for seed in range(200):
        torch.manual_seed(seed)
        crop = resize_crop_flip(image, load_size=4, crop_size=3, flip=True)
        seen.add(tuple(crop.ravel().tolist()))
    windows = [image[..., top : top + 3, left : left + 3] for top in (0, 1) for left in (0, 1)]
    assert seen == {tuple(w.ravel().tolist()) for window in windows for w in (window, window.flip(-1))}


def test_each_image_of_a_batch_is_cropped_and_mirrored_on_its_own() -> None:
    """Two copies of one image: all 8 crops of one meet all 8 of the other."""
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    pairs = set()
    for seed in range(1000):
        torch.manual_seed(seed)
        crops = resize_crop_flip(image.repeat(2, 1, 1, 1), load_size=4, crop_size=3, flip=True)
        pairs.add(tuple(tuple(crop.ravel().tolist()) for crop in crops))
    assert len(pairs) == 64


def test_off_means_untouched() -> None:
    image = torch.rand(2, 3, 8, 8)
    assert torch.equal(resize_crop_flip(image, 8, 8, flip=False), image)


def test_resizing_comes_first() -> None:
    flat = torch.full((1, 3, 16, 16), 0.25)
    assert torch.allclose(resize_crop_flip(flat, 12, 8, flip=True), torch.full((1, 3, 8, 8), 0.25))
