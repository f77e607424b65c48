# demo: the sample feed from file to CSV   test: everything that must hold   lint: style, types, floors
# soak: runs killed at every point, and 100 times at random; all tests on Spark   bench: accuracy, speed and scale
# docs: README's generated parts and picture, the report that a test expects   constraints: pin every package anew

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
# A worker for each core, a file's tests on one of them; in their order, for by number of tests the longest
# files would come last, on one core.
SPREAD := --numprocesses=auto --dist=loadfile --no-loadscope-reorder

# The second reaches isolated builds, which newer versions of pip no longer hold to the first.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test soak lint bench docs constraints
.DELETE_ON_ERROR:

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

demo: $(INSTALLED)
	$(BIN)/dedup find data/wire.jsonl data/outlet.csv data/desk --out out/demo
	ls -l out/demo

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Compiled code is invisible to coverage, so the kernels run as plain Python first and the full run
# adds to what that one covered. It comes last: pytest's summary is the last line.
test: lint
	$(BIN)/python benchmarks/accuracy.py --quick
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -q tests/kernels --hypothesis-profile=ci $(SPREAD) \
		--cov --cov-report= --cov-fail-under=0
	$(BIN)/python -m pytest -q --hypothesis-profile=ci $(SPREAD) --cov --cov-append --cov-report=term

soak: $(INSTALLED)
	DEDUP_SOAK=100 $(BIN)/python -m pytest -q tests/archive/test_crash.py -k "random or any"
	DEDUP_SOAK=100 $(BIN)/python -m pytest -q tests/spark tests/test_find_duplicates.py

bench: $(INSTALLED)
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/speed.py
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/threads.py
	$(BIN)/python benchmarks/scale.py

docs: $(INSTALLED)
	$(BIN)/python tools/docs.py
	$(BIN)/python -m tools.gold
	$(BIN)/python -m tools.picture docs/report.png

constraints: export PIP_CONSTRAINT :=
constraints: export PIP_BUILD_CONSTRAINT :=
constraints:
	rm -rf out/pins && $(PYTHON) -m venv out/pins
	out/pins/bin/python -m pip install --quiet --editable '.[dev]' hatchling editables
	{ head -n 1 constraints.txt; out/pins/bin/python -m pip freeze --exclude-editable; } > out/pins/constraints.txt
	mv out/pins/constraints.txt constraints.txt && rm -rf out/pins
