# make run      set everything up and open the studio; ARGS="train F" passes arguments on
# make test     set everything up and pass the tests; TESTS="tests/models -k conv" chooses
# make soak     the long batteries, in full; PART=R12 SHARE=0.1 a tenth of one requirement
# make lint     linters, strict types, import contracts
# make pictures every screen from the real program, into docs/pictures
# make bench    list the benchmarks; NAMES="canvas charts" runs some
# make clean    remove what builds and tests leave behind, the virtual environment included

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
TESTS ?=
PART ?=
SHARE ?= 1
NAMES ?=
# One more than there are cores: many tests wait for processes.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
SOURCES := pyproject.toml constraints.txt tools/setup.sh
RUN_READY := $(VENV)/.ready-run
DEV_READY := $(VENV)/.ready-dev
# One thread a process: the tests run side by side.
QUIET := OMP_NUM_THREADS=1

.PHONY: run test soak lint format pictures bench clean
.DEFAULT_GOAL := run

$(RUN_READY): $(SOURCES)
	@bash tools/setup.sh run
	@touch $@

$(DEV_READY): $(SOURCES)
	@bash tools/setup.sh dev
	@touch $(RUN_READY) $@

run: $(RUN_READY)
	@bash tools/run.sh $(ARGS)

test: $(DEV_READY)
	@bash tools/system.sh test
	$(QUIET) $(BIN)/python -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS)

soak: $(DEV_READY)
	@bash tools/system.sh test
	$(QUIET) NETLOOM_SOAK=$(SHARE) $(BIN)/python -m pytest -q -m "$(or $(PART),soak)" --timeout 0 --durations 0 $(TESTS)

lint: $(DEV_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(DEV_READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pictures: $(DEV_READY)
	@bash tools/system.sh test
	QT_QPA_PLATFORM=xcb xvfb-run -a -s "-screen 0 2560x1440x24" $(BIN)/python -m tools.pictures docs/pictures

bench: $(DEV_READY)
	@bash tools/bench.sh $(NAMES)

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
