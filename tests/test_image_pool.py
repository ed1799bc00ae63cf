"""The history of fakes that discriminators are shown."""

import torch

from gan.core.runtime import Runtime
from gan.cyclegan.train.image_pool import ImagePool


def numbered(number: int) -> torch.Tensor:
    return torch.full((1, 1, 1, 1), float(number))


def test_it_passes_images_through_while_it_fills(cpu: Runtime) -> None:
    pool = ImagePool(5, cpu)
    assert [int(pool.query(numbered(n)).item()) for n in range(5)] == list(range(5))
    assert len(pool.images) == 5


def test_then_half_of_what_it_shows_is_old_and_nothing_is_shown_that_never_came(cpu: Runtime) -> None:
    torch.manual_seed(0)
    pool = ImagePool(50, cpu)
    shown = [int(pool.query(numbered(n)).item()) for n in range(2000)]
    old = [one < n for n, one in enumerate(shown)][50:]
    assert 0.45 < sum(old) / len(old) < 0.55
    assert all(one <= n for n, one in enumerate(shown))
    assert len(pool.images) == 50


def test_what_is_kept_does_not_follow_its_source(cpu: Runtime) -> None:
    pool, image = ImagePool(1, cpu), numbered(1)
    pool.query(image)
    image.zero_()
    assert pool.images[0].item() == 1


def test_size_0_is_no_pool(cpu: Runtime) -> None:
    batch = torch.rand(3, 1, 2, 2)
    assert ImagePool(0, cpu).query(batch) is batch


def test_state_round_trip(cpu: Runtime) -> None:
    pool, other = ImagePool(3, cpu), ImagePool(3, cpu)
    for n in range(4):
        pool.query(numbered(n))
    other.load_state_dict(pool.state_dict())
    assert torch.equal(torch.stack(pool.images), torch.stack(other.images))


def test_a_state_of_another_machine_comes_to_this_one(cpu: Runtime) -> None:
    """The state was saved in float32, and is loaded on the CPU like every state; a `meta` device stands for a GPU."""
    pool, other = ImagePool(3, cpu), ImagePool(3, Runtime(torch.device("meta"), "bf16"))
    pool.query(numbered(0))
    other.load_state_dict(pool.state_dict())
    assert (other.images[0].device.type, other.images[0].dtype) == ("meta", torch.bfloat16)
