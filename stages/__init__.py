"""One script to a stage. Before any of them: are the packages there?"""

from gan.core.dependencies import refuse_missing_packages

refuse_missing_packages()
