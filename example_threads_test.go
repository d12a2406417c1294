//go:build linux

package gotcg_test

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/instrument"
)

// census is a plugin that notes the guest's threads, and what each asks of the system. Its events come one at a
// time: it need not lock anything.
type census struct {
	*instrument.Instance
	calls [5]int // by vCPU
}

func (p *census) ThreadStart(*instrument.CPU) {}

func (p *census) ThreadExit(c *instrument.CPU) {
	p.Logf("thread %d has gone after %d system calls\n", c.Index(), p.calls[c.Index()])
}

func (p *census) BeforeSyscall(c *instrument.CPU, s *instrument.Syscall) { p.calls[c.Index()]++ }
func (p *census) AfterSyscall(*instrument.CPU, *instrument.Syscall)      {}

// lines is a log for what several threads write.
type lines struct {
	mu   sync.Mutex
	text []string
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, string(b))
	return len(b), nil
}

// Plugins and a program with threads: crew's first thread starts four, and leaves before they are done.
func ExampleMachine_AddPlugin_threads() {
	log := new(lines)
	null, err := os.Open(os.DevNull)
	if err != nil {
		panic(err)
	}
	defer null.Close()
	m, err := gotcg.Load("testdata/elf/bin/crew.x64", gotcg.Config{
		Args: []string{"crew", "leave"}, Stdin: null, Log: log, Plugins: []string{"insn-count"},
	})
	if err != nil {
		panic(err)
	}
	m.AddPlugin("census", func(i *instrument.Instance) (any, error) { return &census{Instance: i}, nil })
	x, err := m.Run(context.Background())
	if err != nil {
		panic(err)
	}
	m.Close()
	for _, l := range log.text {
		fmt.Print(l)
	}
	fmt.Println("status", x.Code)
	// Unordered output:
	// thread 0 has gone after 5 system calls
	// thread 1 has gone after 1 system calls
	// thread 2 has gone after 1 system calls
	// thread 3 has gone after 1 system calls
	// thread 4 has gone after 1 system calls
	// cpu 0 insns: 128
	// cpu 1 insns: 12408
	// cpu 2 insns: 23908
	// cpu 3 insns: 35408
	// cpu 4 insns: 46908
	// total insns: 118760
	// status 7
}
