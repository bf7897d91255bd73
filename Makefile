# Two commands for everybody: `make demo` runs the main job, `make test` proves it.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
DATA   ?= $(firstword $(wildcard $(KINOLEX_SHARED) ../shared))

.PHONY: demo test quick lint types docs bench bench-quality bench-lab starter soak clean setup coverage

setup: $(READY)

# One environment for both commands; made again when the dependencies change.
$(READY): pyproject.toml
	@echo "Setting up $(VENV) (a few minutes, once) ..."
	@start=$$(date +%s); \
	$(PYTHON) -m venv $(VENV) && \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[all,offline,dev]" && \
	{ $(BIN)/kinolex models pull all-minilm-l6-v2 --yes || echo "(goes on without search by meaning)"; } && \
	touch $(READY) && echo "Installation took $$(( $$(date +%s) - start )) s."

demo: $(READY)
	@$(BIN)/python examples/demo.py

test: $(READY)
	$(BIN)/python -m pytest

quick: $(READY)
	$(BIN)/python -m pytest -m "not slow" -x -q

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(READY)
	$(BIN)/python docs/build.py

coverage: $(READY)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --fail-under=90

bench: $(READY)
	$(BIN)/python -c "import cv2, lancedb, pytrec_eval, ranx" 2>/dev/null || $(BIN)/python -m pip install -q -e ".[bench]"
	$(BIN)/python -m benchmarks $(if $(DATA),--shared $(DATA))

bench-quality: $(READY)
	$(BIN)/python -c "import matplotlib" 2>/dev/null || $(BIN)/python -m pip install -q -e ".[bench]"
	$(BIN)/python -m benchmarks.quality $(if $(DATA),--shared $(DATA)) \
	  $(if $(wildcard build/starter/model-float),--float build/starter/model-float)
	$(BIN)/python -m benchmarks.quality $(if $(DATA),--shared $(DATA)) --picture starter-plus \
	  --json benchmarks/results/quality-plus.json --plot build/quality-plus.png \
	  $(if $(wildcard build/starter/plus-float),--float build/starter/plus-float)

# The lab on the World (hours of one core), on Flickr8k, and its costs; also part of `make bench`.
bench-lab: $(READY)
	$(BIN)/python -c "import torch" 2>/dev/null || $(BIN)/python -m pip install -q -e ".[lab]"
	$(BIN)/python -m benchmarks lab_costs lab_flickr8k lab_world $(if $(DATA),--shared $(DATA))

# Trains the starter encoder and its larger sister again (about an hour and a half on two cores), into the package.
starter: $(READY)
	$(BIN)/python -m pip install -q -r recipes/starter/requirements.txt
	$(BIN)/python -m recipes.starter $(if $(DATA),--shared $(DATA)) --plus --install

soak: $(READY)
	KINOLEX_SOAK=1 $(BIN)/python -m pytest -q

clean:
	rm -rf $(VENV) demo build dist
