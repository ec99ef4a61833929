# make demo · make demo-web · make test · make bench · make audit · make pages · make lint · make clean
# On Windows: the same steps as plain commands are in docs/development.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# trame-slicer runs on an older slicer-core, which cannot share an environment with 5.12.
WEB_VENV := .venv-web
WEB_STAMP := $(WEB_VENV)/.installed
AUDIT_VENV := .venv-audit
AUDIT_STAMP := $(AUDIT_VENV)/.installed
TESTS := PelvicBoneSeg/Testing/Python
CONFIG := Lab/configs/default.yaml
PELVICBONESEG_DATA ?= ../shared/data
SHOWN := case_06
# Two at once, each with one thread: torch's threads get in each other's way.
PYTEST := -m pytest --numprocesses 2 --dist loadfile
test-web test-python: export OMP_NUM_THREADS := 1

export QT_QPA_PLATFORM ?= offscreen
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: all demo demo-web test bench audit pages lint types test-web test-python clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

all: test

demo: $(STAMP)
	$(BIN)/python -m PelvicBoneSegLab.demo --output demo

# Open the printed address: the sample is there, to be segmented.
demo-web: $(WEB_STAMP)
	$(WEB_VENV)/bin/pelvicboneseg serve --sample --data build/web

bench: $(STAMP) $(WEB_STAMP)
	$(BIN)/python -m PelvicBoneSegLab.bench
	$(BIN)/python -m PelvicBoneSegLab.bench_metrics
	$(BIN)/python -m PelvicBoneSegLab.bench_panel
	$(BIN)/python -m PelvicBoneSegLab.bench_training
	$(WEB_VENV)/bin/python -m PelvicBoneSegWeb.bench

# Known weaknesses of what is installed.
audit: $(AUDIT_STAMP)
	$(AUDIT_VENV)/bin/python packaging/audit.py constraints.txt

# Everything about the shipped bundle that pages say in figures and pictures, from its weights, the
# trained networks of the comparison in runs/ and the data folder.
pages: $(STAMP)
	$(BIN)/python -m PelvicBoneSegLab.evaluation.validation_report $(CONFIG) --bundle default \
		--output build/report
	$(BIN)/python -m PelvicBoneSegLab.comparison Lab/configs/comparison.yaml --report-only
	$(BIN)/python -m PelvicBoneSegLab.comparison Lab/configs/comparison.yaml --budget full \
		--report-only
	$(BIN)/python -m PelvicBoneSegLab.carry_over --bundle default --output build/carry_over \
		--no-pictures --benchmarks
	$(BIN)/python -m PelvicBoneSegLab.label_ceiling $(CONFIG) --bundle default \
		--phantoms build/phantoms
	$(BIN)/python -m PelvicBoneSegLab.model_cards $(CONFIG) \
		--carry-over build/carry_over/default/carry_over.json
	$(BIN)/pelvicboneseg segment $(PELVICBONESEG_DATA)/pelvic_mr_t1/images/$(SHOWN).nii.gz \
		--bones all --bundle default --formats labels.nii.gz --output build/shown
	$(BIN)/python -m PelvicBoneSegLab.picture \
		$(PELVICBONESEG_DATA)/pelvic_mr_t1/images/$(SHOWN).nii.gz \
		build/shown/$(SHOWN).labels.nii.gz docs/images/screenshot.png --caption \
		"TCIA CPTAC-UCEC, patient C3N-01877, CC BY 4.0 · segmented by PelvicBoneSeg, uncorrected"

# pytest's closing line comes last: whoever reads the log's end sees the count.
test: lint types test-web test-python

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(STAMP)
	$(BIN)/mypy

# The scene's tests once more on the web host's MRML, and the web host's own: some need Chromium. Not
# in one process: trame-slicer changes what Slicer's views do.
test-web: $(WEB_STAMP)
	$(WEB_VENV)/bin/python $(PYTEST) $(TESTS)/scene
	$(WEB_VENV)/bin/python $(PYTEST) $(TESTS)/web

test-python: $(STAMP)
	$(BIN)/python $(PYTEST) --ignore $(TESTS)/web

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[lab,test]"
	touch $@

$(WEB_STAMP): pyproject.toml constraints.txt packaging/requirements-web.txt
	$(PYTHON) -m venv $(WEB_VENV)
	$(WEB_VENV)/bin/python -m pip install --quiet --constraint constraints.txt \
		--requirement packaging/requirements-web.txt --editable ".[web]"
	touch $@

$(AUDIT_STAMP): packaging/requirements-audit.txt
	$(PYTHON) -m venv $(AUDIT_VENV)
	$(AUDIT_VENV)/bin/python -m pip install --quiet --requirement packaging/requirements-audit.txt
	touch $@

clean:
	rm -rf $(VENV) $(WEB_VENV) $(AUDIT_VENV) demo .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
