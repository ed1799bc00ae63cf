# `make help` lists what can be made. On a new machine any target installs what it needs into .venv first.

PYTHON ?= python3
VENV ?= .venv
# Paths may have spaces: not `abspath`, which cuts there, and a stamp in which they are escaped.
BIN := $(if $(filter /%,$(firstword $(VENV))),$(VENV),$(CURDIR)/$(VENV))/bin
STAMP := $(subst $() ,\ ,$(VENV))/installed
export PATH := $(BIN):$(PATH)

# Columns of `make experiments` that crowd out what one compares: files, who ran it, and all but the leading scores.
DROPPED := ^(data|gan|stages|reports)/.*|Executor|.*_(closed|std|start|floor|agreement|blocks)$$|.*\.(psnr|ssim|l1|cycle_l1|cycle_psnr|precision|recall|density|nearest_train)$$

.DEFAULT_GOAL := help
.PHONY: help repro test check remotes slurm format watch experiments upgrade clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

repro: $(STAMP)  ## prepare the data, train, sample and evaluate both models (dvc repro)
	dvc repro

test: $(STAMP)  ## run the tests
	pytest

check: $(STAMP)  ## everything that CI checks: format, lint, types, tests
	ruff format --check
	ruff check
	mypy
	pytest

remotes: $(STAMP)  ## the tests of shared data, with servers of S3 and SSH, which it installs
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[remotes]'
	pytest -n 0 tests/test_remotes.py tests/test_mounted.py

slurm: $(STAMP)  ## the test of a study on a Slurm of its own; needs Debian's slurm-wlm and munge
	pytest -n 0 -m slurm tests/test_slurm.py

format: $(STAMP)  ## format the code and repair what lint can
	ruff check --fix
	ruff format

watch: $(STAMP)  ## losses and previews of trainings in TensorBoard, as they come
	python -m gan watch

experiments: $(STAMP)  ## the table of experiments: their metrics and what they changed
	dvc exp show --only-changed --hide-failed --drop '$(DROPPED)'

upgrade:  ## renew the exact versions in constraints.txt with the newest that pip finds
	$(PYTHON) -m venv --clear build/upgrade
	build/upgrade/bin/python -m pip install --quiet '.[dev,remotes]'
	{ head -n 1 constraints.txt; build/upgrade/bin/python -m pip freeze --exclude gan; } > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean:  ## delete caches and runs/; keeps the environment, the data and unfinished trainings
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis build runs *.egg-info

# A stamp: packages are installed again when their versions change, and never otherwise.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv "$(VENV)"
	"$(BIN)/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch "$@"

# Vega's scripts, from a package to where .dvc/plots.html looks for them: `dvc plots` then needs no network.
repro test check format watch experiments: .dvc/vega.js
.dvc/vega.js: $(STAMP)
	@cp "$(BIN)"/../lib/python3*/site-packages/js_lib_vega_embed/static/js_lib_vega_embed/vega-embed-full.js $@ || \
		{ echo "$(VENV) lacks the extra 'plots': pip install -e '.[plots]'"; exit 1; }
.DELETE_ON_ERROR:
