"""One script to a stage. Before any of them: are the packages there, and what does the stage begin from?"""

from gan.run.dependencies import refuse_missing_packages

refuse_missing_packages()

from gan.run.begin import begin  # noqa: E402 - it needs a package


def _check_params() -> None:
    from gan.params.schema import load  # takes a while, and is needed only where something is wrong

    load()


begin(_check_params)
