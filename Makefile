# gotcg: `make help` lists the targets.
GO           ?= go
GOFMT        := $(shell $(GO) env GOROOT)/bin/gofmt
STATICCHECK  = honnef.co/go/tools/cmd/staticcheck@v0.8.2
export CGO_ENABLED ?= 0
FUZZTIME     ?= 60s
BENCH        ?= ../shared/bench

.PHONY: build test test-full race lint fmt check-fmt generate check-generate cross fuzz fuzz-diff fuzz-gdb fuzz-hostile golden litmus bench bench-stages heavy apps cover health elfs snippets busybox counts gostd check help

build: ## build bin/gotcg
	$(GO) build -trimpath -o bin/gotcg ./cmd/gotcg
	@# The linker writes through a mapping, a page at a time, and so they stay in the page cache: a copy starts faster by a tenth.
	@cp bin/gotcg bin/gotcg.copy && mv bin/gotcg.copy bin/gotcg

test: ## all tests that need nothing but Go and gcc
	$(GO) test ./...

test-full: ## also the long tests and those that need qemu-user
	$(GO) test -timeout 60m ./...
	$(GO) test -timeout 60m -run 'AgainstQEMU|Pthreads' . -long

test-tiers: ## the tests in tier one only, with regions at once, and with those forgotten all the time
	GOTCG_TIER2=off $(GO) test -count=1 ./...
	GOTCG_TIER2=1 $(GO) test -count=1 -short -timeout 60m ./...
	GOTCG_TIER2=1 GOTCG_INJECT_FLUSH=50 $(GO) test -count=1 -short -timeout 60m . ./linux ./gdbstub ./instrument ./internal/difftest ./internal/instest ./tcg

race: ## the tests under the race detector (needs gcc)
	CGO_ENABLED=1 $(GO) test -race -short -p 1 ./...

lint: check-fmt ## gofmt, vet and staticcheck, also as other hosts see the code
	$(GO) vet ./...
	GOBIN=$(CURDIR)/bin $(GO) install $(STATICCHECK)
	bin/staticcheck ./...
	GOARCH=arm64 bin/staticcheck ./...
	GOARCH=arm64 $(GO) vet ./...
	GOOS=darwin GOARCH=arm64 $(GO) vet ./...
	GOOS=windows $(GO) vet ./...

fmt: ## format the source
	$(GOFMT) -w .

check-fmt:
	@out=$$($(GOFMT) -l .) && [ -z "$$out" ] || { echo "gofmt would change: $$out"; exit 1; }

generate: ## rewrite generated code
	$(GO) generate ./...

check-generate: generate ## generated code is what its generator makes
	git diff --exit-code

golden: ## rewrite golden files; read the diff
	$(GO) test ./tcg/opt -update
	$(GO) test ./linux -run TestSupportDoc -update
	$(GO) test ./gdbstub -run TestDoc -update
	$(GO) test ./tcg/backend/amd64 -run TestCodegen -update
	$(GO) test ./internal/hostcount -update

cross: ## the library and the command build for other hosts
	GOOS=linux GOARCH=arm64 $(GO) build ./...
	GOOS=darwin GOARCH=arm64 $(GO) build ./...
	GOOS=windows GOARCH=amd64 $(GO) build ./...

fuzz: ## coverage-guided fuzzing of the decoders, FUZZTIME each
	$(GO) test -run '^$$' -fuzz FuzzDecode -fuzztime $(FUZZTIME) -fuzzminimizetime 10x ./cpu/x86
	$(GO) test -run '^$$' -fuzz FuzzDecode -fuzztime $(FUZZTIME) -fuzzminimizetime 10x ./cpu/arm64

INSNS        ?= 1000000
SEED         ?= 1
DIFFERS      := ./internal/difftest ./cpu/x86 ./internal/a64diff
fuzz-diff: ## random instructions against the host CPU and qemu-aarch64, INSNS (a million) on each executor
	$(GO) test -timeout 60m -run Differential -v $(DIFFERS) -diff.insns $(INSNS) -diff.seed $(SEED)

STEPS ?= 10000
fuzz-gdb: ## a hostile debugger, FUZZTIME, and STEPS single steps of random programs beside the interpreter
	$(GO) test -run '^$$' -fuzz FuzzServer -fuzztime $(FUZZTIME) -fuzzminimizetime 10x ./gdbstub
	$(GO) test -run '^$$' -fuzz FuzzGDB -fuzztime $(FUZZTIME) -fuzzminimizetime 10x .
	$(GO) test -run TestGDBRandomSteps -v . -gdb.steps $(STEPS) -gdb.seed $(SEED)

HOSTILE ?= 250000
fuzz-hostile: ## random bytes as code on every executor and memory mode, HOSTILE blocks each (four: a million)
	$(GO) test -timeout 60m -run Hostile -v ./tcg -hostile.blocks=$(HOSTILE) -hostile.seed=$$(date +%s)000

litmus: ## memory-model litmus tests, TRIES of each (ten million); an hour
	$(GO) test ./internal/litmus -v -count=1 -timeout 6h -run TestLitmus -litmus.tries=$(or $(TRIES),10000000)

RUNS         ?= 3
VERSUS       ?=
bench: build ## workloads (sources in BENCH=dir) beside native and qemu-user 10 (RUNS=rounds, VERSUS='-only REGEXP')
	@test -d $(BENCH)/src || { echo "the workloads' sources are not in this repository, and not in $(BENCH)/src: BENCH=DIR says where"; exit 1; }
	$(MAKE) -C $(BENCH)/src ARCHES="x64 a64" OUT=$(CURDIR)/bin/bench
	$(GO) run ./internal/versus -set int,fp,thr,sys,start -net -count -runs $(RUNS) $(VERSUS)

heavy: build ## translation-heavy runs, of busybox (BUSYBOX_A64=file) and what make apps has made, beside native and qemu-user
	$(GO) run ./internal/versus -set busybox,apps,libs -busybox-a64 '$(BUSYBOX_A64)' -runs $(RUNS) $(VERSUS)

apps: ## static bash, zsh, perl, python, lua, sqlite and users of libraries for both guests into bin/apps (needs Debian and its cross compilers)
	$(MAKE) -C internal/versus/guest OUT=$(CURDIR)/bin/apps

bench-stages: ## what a guest instruction costs to decode, translate, optimize, compile and run (cpu-ns/op, cpu-ns/insn)
	$(GO) test ./internal/stages ./cpu/arm64 -run '^$$' -bench 'Translation|Decode' -benchtime 1000000x
	$(GO) test ./internal/hostcount -run '^$$' -bench Run -benchtime 20000x

elfs: ## rebuild the guest test programs (needs gcc and gcc-aarch64-linux-gnu)
	$(MAKE) -C testdata/elf/src

SNIPFLAGS    := -O2 -fno-tree-vectorize -fno-tree-loop-distribute-patterns -ffp-contract=off -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -ffreestanding -nostdlib -static -fno-pic -no-pie -Wl,-Ttext=0x10000 -Wl,--build-id=none \
	-Wl,-z,max-page-size=4096 -Wl,-e,0x10000
SNIPPETS     := internal/hostcount/testdata/snippets
snippets: ## rebuild the functions whose host instructions are counted (needs gcc and gcc-aarch64-linux-gnu)
	gcc $(SNIPFLAGS) $(SNIPPETS).c -o $(SNIPPETS).x64
	aarch64-linux-gnu-gcc $(SNIPFLAGS) -mno-outline-atomics $(SNIPPETS).c -o $(SNIPPETS).a64

BUSYBOX_A64  ?= busybox-arm64
busybox: build ## busybox applets beside the host and qemu-aarch64 (BUSYBOX_A64=file)
	$(GO) run ./internal/applets -gotcg 'bin/gotcg run' -busybox /bin/busybox
	$(GO) run ./internal/applets -gotcg 'bin/gotcg run' -busybox $(BUSYBOX_A64) -ref qemu-aarch64

health: ## count skipped tests and tolerated differences into docs/health.md
	$(GO) test ./internal/archtest -run Health -update
	@head -9 docs/health.md

counts: ## insn-count beside the instructions that qemu-user logs (needs qemu-user, gcc, musl-gcc, gcc-aarch64-linux-gnu)
	$(MAKE) -C internal/counts/guest OUT=$(CURDIR)/bin/counts BUSYBOX_A64=$(abspath $(BUSYBOX_A64))
	$(GO) run ./internal/counts -v -list bin/counts/list

GOSTD ?=
gostd: build ## tests of Go's standard library as guests, into docs/gostd.md (GOSTD='-pkg net/.*'; needs qemu-aarch64)
	$(GO) run ./internal/gostd -gotcg 'bin/gotcg run' -table docs/gostd.md $(GOSTD)

cover: ## coverage by package
	$(GO) test -short -cover ./...

check: lint check-generate cross test ## all gates

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
