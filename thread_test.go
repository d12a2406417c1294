//go:build linux

package gotcg_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
)

// goGuest builds the Go program in testdata/go for a guest and returns its path.
func goGuest(t *testing.T, name, goarch string) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), name)
	cmd := exec.Command("go", "build", "-trimpath", "-o", exe, "./testdata/go/"+name)
	cmd.Env = append(os.Environ(), "GOOS=linux", "CGO_ENABLED=0", "GOFLAGS=", "GOARCH="+goarch)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return exe
}

// TestGoThreads runs a static Go program: goroutines on several threads, timers, garbage collection.
func TestGoThreads(t *testing.T) {
	const want = "sorted 55906651858540131\nring 400\ntotal 29900 count 10000\ntimer\n"
	for _, goarch := range []string{"amd64", "arm64"} {
		exe := goGuest(t, "threads", goarch)
		for _, cfg := range []gotcg.Config{{}, {Mem: gotcg.TLB}} {
			t.Run(goarch+"/"+cfg.Mem.String(), func(t *testing.T) {
				out, x := runPath(t, cfg, exe, "exit")
				require.Equal(t, want, out)
				require.Equal(t, gotcg.Exited, x.Kind)
				require.Equal(t, 7, x.Code)
			})
		}
	}
}

const pthreadsOut = `mutex 32000 by 64
rwlock 1200 torn 0
cond 2887200
barrier 60
tls 1060 keys 80820 main 7
cancel 40 cleanup 80824
robust 48 died 47
robust 48 died 47
pi 4800 robust died 24
atomics 0 15360 128000 1f4000001f400 0 guarded 12800
churn 3480 ended 440
names 8 main 1
last after main
`

// TestPthreads runs every kind of POSIX lock and wait under every executor and memory mode, and with
// translations that are forgotten all the time. musl makes the x86-64 program, glibc the AArch64 one; qemu-user
// lacks robust lists, so only the host is a reference.
func TestPthreads(t *testing.T) {
	for _, arch := range []string{".x64", ".a64"} {
		run := func(t *testing.T, cfg gotcg.Config) {
			t.Parallel()
			var most, calls atomic.Int64
			cfg.OnThread = func(live int) {
				calls.Add(1)
				for m := most.Load(); int64(live) > m && !most.CompareAndSwap(m, int64(live)); m = most.Load() {
				}
			}
			out, x := runELF(t, cfg, "pthreads"+arch)
			require.Equal(t, pthreadsOut, out)
			require.Equal(t, gotcg.Exited, x.Kind)
			require.Equal(t, 3, x.Code)
			require.Greater(t, calls.Load(), int64(440), "threads that come and go")
			require.GreaterOrEqual(t, most.Load(), int64(17), "16 threads at a barrier, and the first")
		}
		t.Run("pthreads"+arch, func(t *testing.T) {
			if arch[1:] == "x64" && runtime.GOARCH == "amd64" {
				out, code := native(t, "pthreads"+arch)
				require.Equal(t, pthreadsOut, out, "reference run")
				require.Equal(t, 3, code)
			}
			every(t, run)
			if *long {
				t.Run("rounds", func(t *testing.T) {
					for range 100 {
						out, _ := runELF(t, gotcg.Config{}, "pthreads"+arch)
						require.Equal(t, pthreadsOut, out)
					}
				})
			}
			t.Run("flushes", func(t *testing.T) { run(t, gotcg.Config{InjectFlush: 50}) })
			t.Run("evictions", func(t *testing.T) { run(t, gotcg.Config{CodeSize: 1}) })
		})
	}
}

// TestHostileThreads runs threads that do anything at all, stopped and taken up again a few times. Whatever becomes
// of the guest, each Run returns, and soon.
func TestHostileThreads(t *testing.T) {
	seeds := 6
	if *long {
		seeds = 500
	}
	for _, arch := range []string{".x64", ".a64"} {
		for seed := range seeds {
			t.Run(fmt.Sprint(arch[1:], "/", seed+1), func(t *testing.T) {
				t.Parallel()
				exe := "testdata/elf/bin/threadrand" + arch
				cfg := gotcg.Config{Args: []string{exe, fmt.Sprint(seed + 1)}, Log: io.Discard}
				if seed%3 == 1 {
					cfg.Mem = gotcg.TLB
				}
				if seed%3 == 2 {
					cfg.InjectFlush = 20
				}
				m, err := gotcg.Load(exe, cfg)
				require.NoError(t, err)
				for range 4 {
					ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
					done := make(chan struct{})
					go func() {
						select {
						case <-done:
						case <-time.After(30 * time.Second):
							panic("a Run does not return")
						}
					}()
					x, err := m.Run(ctx)
					close(done)
					cancel()
					require.NoError(t, err)
					if x.Kind != gotcg.Stopped {
						break
					}
					for _, th := range m.Threads() {
						_ = th.PC()
					}
				}
				require.NoError(t, m.Close())
			})
		}
	}
}

// TestThreadErrors compares what system calls about threads answer with what Linux 6.18 does, as recorded in
// testdata/elf/threaderr.txt.
func TestThreadErrors(t *testing.T) {
	want, err := os.ReadFile("testdata/elf/threaderr.txt")
	require.NoError(t, err)
	for _, arch := range []string{".x64", ".a64"} {
		for _, mem := range []gotcg.MemMode{gotcg.Direct, gotcg.TLB} {
			out, x := runELF(t, gotcg.Config{Mem: mem, LogItems: "unimp", Log: io.Discard}, "threaderr"+arch)
			require.Equal(t, string(want), out)
			require.Zero(t, x.Code)
		}
	}
}

// TestPauseThreads stops a program of many threads again and again, by context, by Stop and by a limit, looks at
// its threads and lets it go on: nothing is lost, and no wait is cut short or begun anew.
func TestPauseThreads(t *testing.T) {
	for _, arch := range []string{".x64", ".a64"} {
		t.Run(arch[1:], func(t *testing.T) {
			t.Parallel()
			exe := "testdata/elf/bin/pthreads" + arch
			r, w, err := os.Pipe()
			require.NoError(t, err)
			m, err := gotcg.Load(exe, gotcg.Config{Args: []string{exe}, Stdout: w})
			require.NoError(t, err)
			most, kinds := 0, map[gotcg.ExitKind]int{}
			var x gotcg.Exit
			for i := 0; ; i++ {
				pause := 5 * time.Millisecond
				if i%3 == 1 || i%3 == 0 && i > 200 { // let it come to its limit, and to its end, on a slow machine too
					pause = 5 * time.Second
				}
				ctx, cancel := context.WithTimeout(context.Background(), pause)
				var opts []gotcg.RunOption
				switch i % 3 {
				case 1:
					opts = append(opts, gotcg.Limit(int64(1000+i)))
				case 2:
					time.AfterFunc(time.Millisecond, m.Stop)
				}
				x, err = m.Run(ctx, opts...)
				cancel()
				require.NoError(t, err)
				kinds[x.Kind]++
				if x.Kind != gotcg.Stopped && x.Kind != gotcg.LimitReached {
					break
				}
				threads := m.Threads()
				most = max(most, len(threads))
				for _, th := range threads {
					if th.ID == x.Thread {
						require.Equal(t, x.PC, th.PC())
					}
				}
			}
			require.NoError(t, m.Close())
			require.NoError(t, w.Close())
			out, err := io.ReadAll(r)
			require.NoError(t, err)
			require.Equal(t, pthreadsOut, string(out))
			require.Equal(t, gotcg.Exited, x.Kind)
			require.Equal(t, 3, x.Code)
			require.Greater(t, most, 4)
			require.Greater(t, kinds[gotcg.LimitReached], 1)
			require.Greater(t, kinds[gotcg.Stopped], 1)
		})
	}
}
