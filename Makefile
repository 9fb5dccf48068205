.PHONY: check test test-all learn bench docs ci

check:  ## lint, format, types, layers
	ruff check .
	ruff format --check .
	mypy --strict augscore cli assets tests
	lint-imports --no-logo

test:  ## the fast tests
	pytest

test-all:  ## the slow ones, too
	pytest -m "slow or not slow"

learn:  ## every method learns, some minutes
	pytest -s -m learning tests/learning

bench:  ## ratios, nothing asserted
	python -m tests.benchmarks.run

docs:  ## what the README and the other pages claim
	pytest -m "slow or not slow" tests/test_readme.py

ci:  ## everything, in a virtual environment of its own
	.ci/run
