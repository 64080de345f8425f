# make run: the five articles of corpus/ become the tables of outputs/.
# make test: linters, types, all tests.
# make extras: what the report, Parquet, Ray and the tests need beside what make run installs.
PYTHON ?= python3
BIN := .venv/bin
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' pipeline/__init__.py)
# make bench: speed and size on ARTICLES (a JSON Lines file), compared with FIGURES and written there.
# make memory: whether a worker's memory grows with the number of articles.
FIGURES ?= docs/bench.json
# make fuzz: any text and any bytes, for DURATION seconds.
DURATION ?= 1800
export OMP_NUM_THREADS ?= 1

.PHONY: run extras test lint bench memory fuzz hostile mutants audit archive browser clean

run: .venv/ready
	$(BIN)/pacta run corpus/articles --metadata corpus/documents.csv -o outputs

extras: .venv/extras

test: .venv/extras browser lint
	$(BIN)/pytest

lint: .venv/extras
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/ready
	$(BIN)/python -m pipeline.running.bench $(ARTICLES) --output $(FIGURES)
	$(BIN)/python scripts/scaling_figures.py $(FIGURES)

memory: .venv/ready
	$(BIN)/python -m pipeline.running.bench $(ARTICLES) --memory

fuzz: .venv/extras
	PACTA_FUZZ_SECONDS=$(DURATION) $(BIN)/pytest tests/test_fuzz.py tests/test_review_hostile.py -k fuzz -s

# make mutants: whether the tests notice single changes of behaviour (tests/mutations.py).
mutants: .venv/extras
	$(BIN)/python tests/mutations.py

# make hostile: every hostile input of the tests with its result, seconds and memory, into TABLE.
TABLE ?= build/hostile.csv
hostile: .venv/ready
	mkdir -p $(dir $(TABLE))
	$(BIN)/python scripts/hostile_inputs.py $(TABLE)

# make audit: known vulnerabilities of what is pinned, by osv.dev.
audit:
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	.venv-audit/bin/pip-audit --requirement requirements.lock --requirement requirements-extras.lock \
	  --no-deps --disable-pip --vulnerability-service osv

# make archive: the version as one file for a repository of research data (Zenodo), of what is
# committed; CITATION.cff in it says how to cite.
archive:
	git archive --prefix=pacta-$(VERSION)/ --output=pacta-$(VERSION).zip HEAD

# The tests of the review page drive a real Chromium; Debian's package is taken where it can be.
browser:
	@command -v chromium >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	  echo "No Chromium here and none could be installed: the browser tests will say so."

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

.venv/extras: .venv/ready requirements-extras.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-compile \
	  -r requirements.lock -r requirements-extras.lock
	touch $@

clean:
	rm -rf .venv .venv-audit build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
