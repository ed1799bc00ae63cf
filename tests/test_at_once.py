"""Trainings that are made at once are each as if made alone."""

from functools import partial

import pytest

from benchmarks.at_once import Job, trained
from benchmarks.gpu.small import BUILDS, built
from benchmarks.gpu.small import trained as steps
from gan.core.runtime import Runtime
from gan.training.recipe import Recipe, state_of
from tests.recipes import equal


def short(name: str, runtime: Runtime) -> Recipe:
    recipe = BUILDS[name](runtime)
    recipe.total_steps = 3
    return recipe


@pytest.mark.parametrize("name", BUILDS)
def test_each_ends_in_the_bits_of_a_training_alone(name: str, cpu: Runtime) -> None:
    made = list(trained([Job("first", 1, partial(short, name)), Job("second", 0, partial(short, name))], cpu))
    assert [job.name for job, _ in made] == ["first", "second"]
    alone = built(BUILDS[name], cpu)
    steps(alone, 0, 3)
    assert equal(state_of(made[1][1]), state_of(alone))
    assert not equal(state_of(made[0][1]), state_of(alone))
