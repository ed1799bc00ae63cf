"""One script for each stage. Before any of them runs: check that all packages are installed, and hash its inputs."""

from gan.run.dependencies import refuse_missing_packages

refuse_missing_packages()

from gan.run.begin import begin  # noqa: E402 - it needs a package
from gan.run.threads import share_cores, wait_briefly  # noqa: E402


def _check_params() -> None:
    from gan.params.schema import load  # takes a while, and is needed only if something is wrong

    load()


wait_briefly()
share_cores()
begin(_check_params)
