"""One script for each stage. First of all: check that all packages are installed, and hash the stage's inputs."""

from gan.run.dependencies import refuse_missing_packages

refuse_missing_packages()

from gan.run.begin import begin  # noqa: E402 - it needs a package


def _check_params() -> None:
    from gan.params.schema import load  # takes a while, and is needed only where something is wrong

    load()


begin(_check_params)
