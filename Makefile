# make run     set-up, build, a short training, its evaluation before and after, a film of the result
# make test    set-up, build, every test
# make build   set-up, build/gigalane: for CUDA where there is an NVIDIA GPU, for the CPU elsewhere
# make cuda    set-up, build/cuda/gigalane, whatever the machine
# make check   format, and every test in the plain, the debug and the sanitizer build
# make lint    whether the sources are laid out
# make format  lays out the sources
# make clean   removes build/; `rm -rf .deps` removes what the set-up fetched too
#
# Each does its own set-up and skips what is done. JOBS=4 sets how much runs at once.

JOBS ?= $(shell nproc)
GPU := $(shell nvidia-smi -L 2>/dev/null | grep -q '^GPU' && echo ON || echo OFF)
SETUP := scripts/setup $(if $(filter ON,$(GPU)),--cuda)
CLANG_FORMAT := .deps/python/clang_format/data/bin/clang-format
SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.h' '*.cuh' '*.cpp' '*.cu')

# $(call build,PRESET,FOLDER,OPTIONS) and $(call ctest,FOLDER)
build = cmake --preset $(1) $(3) --log-level=WARNING >/dev/null && cmake --build $(2) -j $(JOBS)
ctest = ctest --test-dir $(1) -j $(JOBS) --output-on-failure --no-label-summary

.PHONY: run test build cuda check lint format clean

run: build
	scripts/first_drive

test: build
	$(call ctest,build)

build:
	@$(SETUP)
	@start=$$(date +%s); $(call build,cpu,build,-DGIGALANE_CUDA=$(GPU)) && \
		echo "build: $$(($$(date +%s) - start)) s, build/gigalane is ready"

# Links without CUDA's libraries or a driver, and checks the arithmetic of the simulator's PTX.
cuda:
	@scripts/setup --cuda
	@$(call build,cuda,build/cuda)
	python3 tests/architecture/ptx_test.py build/cuda

check: build lint
	@$(call build,cpu-debug,build/debug)
	@$(call build,asan,build/asan)
	$(call ctest,build)
	$(call ctest,build/debug)
	$(call ctest,build/asan)

lint:
	@$(SETUP)
	@$(CLANG_FORMAT) --dry-run --Werror $(SOURCES)

format:
	@$(SETUP)
	$(CLANG_FORMAT) -i $(SOURCES)

clean:
	rm -rf build
