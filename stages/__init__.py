"""One script for each stage. First of all: check that all packages are installed, and hash the stage's inputs."""

from gan.core.dependencies import refuse_missing_packages

refuse_missing_packages()

from gan.core.begin import begin  # noqa: E402 - it needs a package

begin()
