"""One script to a stage. Before any of them: are the packages there, and what does the stage begin from?"""

from gan.core.dependencies import refuse_missing_packages

refuse_missing_packages()

from gan.core.begin import begin  # noqa: E402 - it needs a package

begin()
