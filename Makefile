# Everything a person or a CI runs. `make` alone lists it.
# Only POSIX tools are needed: deploy/bootstrap.sh fetches uv, uv fetches the rest into this folder.
.DEFAULT_GOAL := help
.PHONY: help install train demo up test check fmt bench clean
BIN := .venv/bin
SUITE := $(BIN)/pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder
# The supervisor stops with us, even when we are killed: see hotline/stack/tether.py.
STACK := exec env HOTLINE_TETHERED=1 $(BIN)/hotline

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

install:  ## both environments, from their locks (everything below does this first)
	@sh deploy/bootstrap.sh

train: install  ## train the assistant, if content or data changed
	@$(BIN)/hotline train

demo: install  ## the whole line on this machine, with simulated phones
	@$(STACK) demo

up: install  ## the whole line without the simulator, with the settings in .env
	@$(STACK) up

test: train  ## the whole suite, on real parts
	@$(SUITE)

check: train  ## format, lint, types, import contracts, content, then the whole suite
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/basedpyright --level error
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/hotline content check
	@$(SUITE)

fmt: install  ## format, and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: train  ## the tables of docs/benchmarks.md, measured here and now
	@$(BIN)/python -m benchmarks

clean:  ## remove environments, models and caches; the data folder stays
	rm -rf .venv .tools bot/.venv bot/models .rasa .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
