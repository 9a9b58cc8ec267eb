# Every target does the set-up it needs, once; the stamps under .stamps say what is done.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
KB     := $(BIN)/kb
PIP    := $(BIN)/python -m pip install --disable-pip-version-check -qq -c constraints.txt
BUNDLED := $(shell find corpus kb/encoder kb/law kb/report kb/search kb/text -type f -not -name '*.pyc' 2>/dev/null)

.PHONY: ask test lint ui eval bench figures index clean
.DEFAULT_GOAL := test

.stamps/venv: pyproject.toml constraints.txt
	@echo "首次准备：建立 .venv 并安装固定版本的依赖（几分钟，只做一次）…"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check -qq "pip>=25.1"
	@$(PIP) torch==2.13.0
	@$(PIP) -e . --group dev
	@mkdir -p .stamps && touch $@

.stamps/index: .stamps/venv $(BUNDLED)
	@$(KB) build
	@touch $@

index: .stamps/index

## 问一个问题： make ask Q="……"
ask: .stamps/index
	@test -n "$(Q)" || { echo '用法： make ask Q="您的问题"'; exit 2; }
	@$(KB) ask "$(Q)"

## 打开网页（只在本机 127.0.0.1）
ui: .stamps/index
	@$(KB) ui

lint: .stamps/venv
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: .stamps/index lint
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

## 用随附问题集测量（正式文本在 ../shared 时另测全库： kb eval --index …）
eval: .stamps/index
	@$(KB) eval

## 与同类产品并排测量（需要 bench 依赖组）
.stamps/bench: .stamps/venv
	@$(PIP) --group bench
	@touch $@

bench: .stamps/index .stamps/bench
	@$(BIN)/python -m eval.bench

## 重测 README 里的每一个数并改写（需要 ../shared；加 BENCH=1 也做并排测量，约二十分钟）
figures: .stamps/venv $(if $(BENCH),.stamps/bench)
	@$(BIN)/python -m eval.figures $(if $(BENCH),--bench)

clean:
	rm -rf $(VENV) .stamps
