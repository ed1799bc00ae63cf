"""Random numbers depend on purpose, seed and step alone, and each purpose has its own stream."""

import ast
from collections import Counter
from itertools import product

import torch

from gan.core.seeding import seed_torch, torch_generator
from gan.core.streams import Stream, numpy_generator
from tests.tiny import ROOT

SOURCES = [path for folder in ("gan", "stages") for path in (ROOT / folder).rglob("*.py")]
KEYS = [(), *[(a,) for a in range(3)], *product(range(3), repeat=2), (0, 1000), *product(range(2), repeat=3)]
# Functions that make or seed a generator.
MAKERS = {"default_rng", "manual_seed", "manual_seed_all", "seed", "SeedSequence", "RandomState", "Random"}
ALLOWED = {("gan/core/streams.py", "default_rng"), ("gan/core/seeding.py", "manual_seed")}


def test_all_purposes_draw_different_numbers_whatever_their_keys() -> None:
    """Among them two pairs that once collided: a step and a count of samples; initial weights and the first step."""
    torch_draws, numpy_draws = set(), set()
    for stream, key in product(Stream, KEYS):
        torch_draws.add(tuple(torch.rand(2, generator=torch_generator(stream, *key)).tolist()))
        numpy_draws.add(tuple(numpy_generator(stream, *key).random(2).tolist()))
    assert len(torch_draws) == len(numpy_draws) == len(Stream) * len(KEYS)


def test_randomness_is_a_function_of_purpose_and_key() -> None:
    for stream in Stream:
        seed_torch(stream, 3, 4)
        first = torch.rand(3)
        seed_torch(stream, 3, 4)
        assert torch.equal(torch.rand(3), first)
        assert torch.equal(torch.rand(3, generator=torch_generator(stream, 3, 4)), first)
        assert numpy_generator(stream, 3, 4).random() == numpy_generator(stream, 3, 4).random()


def test_generators_leave_the_global_one_alone() -> None:
    seed_torch(Stream.STEP, 0)
    expected = torch.rand(2)
    seed_torch(Stream.STEP, 0)
    torch.rand(2, generator=torch_generator(Stream.SAMPLES, 5))
    numpy_generator(Stream.SHOWN, 5).random()
    assert torch.equal(torch.rand(2), expected)


def test_nothing_draws_but_from_a_named_stream() -> None:
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MAKERS:
                found.add((path.relative_to(ROOT).as_posix(), node.func.attr))
    assert found == ALLOWED


DRAWS = {"rand", "randn", "randint", "randperm", "rand_like", "randn_like", "bernoulli", "multinomial", "normal_"}
# Initial weights; which images the pool swaps, the same on all ranks; latents, of which a recipe takes its part.
NOT_OF_AN_IMAGE = {"draws.py", "image_pool.py", "nets.py", "layers.py"}


def test_what_a_training_step_draws_for_an_image_is_drawn_for_the_whole_batch() -> None:
    """Else the ranks of a training would draw other numbers than one process (`gan/training/draws.py`)."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in [*(ROOT / "gan" / "training").glob("*.py"), *(ROOT / "gan").glob("*/train/*.py")]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in DRAWS
    }
    assert {path.rpartition("/")[2] for path in found} == NOT_OF_AN_IMAGE


def test_each_purpose_is_named_in_one_place() -> None:
    """Two places that name one purpose would draw the same numbers from equal keys."""
    uses = Counter(
        node.attr
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Stream"
    )
    assert set(uses) == {stream.name for stream in Stream}
    # The weights that training begins from, and those of an untrained generator, which are the same.
    assert {name for name, count in uses.items() if count > 1} == {"WEIGHTS"}
