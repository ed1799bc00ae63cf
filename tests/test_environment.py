"""What decides the bits of a run besides its inputs."""

import json

import torch

from gan.core.runtime import Runtime
from gan.training.environment import differences, environment


def test_an_environment_is_json_and_tells_threads_and_versions(cpu: Runtime) -> None:
    found = environment(cpu)
    assert json.loads(json.dumps(found)) == found
    assert found["threads"] == torch.get_num_threads()
    assert found["torch"] == torch.__version__.partition("+")[0]
    assert found["precision"] == "fp32"
    assert "cuda" not in found


def test_differences_are_named() -> None:
    one, other = {"threads": 2, "torch": "2.5"}, {"threads": 4, "torch": "2.5", "cuda": "13.0"}
    assert differences(one, other) == ["threads 2 → 4", "cuda None → 13.0"]
    assert differences(one, one) == []
    assert differences(one, one | {"ranks": 1}) == []  # an environment of one rank does not name it
    assert differences(one | {"ranks": 2}, one) == ["ranks 2 → 1"]
