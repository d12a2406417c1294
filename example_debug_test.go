package gotcg_test

import (
	"context"
	"fmt"
	"net"

	"github.com/gotcg/gotcg"
)

// gdb or lldb may attach to a machine at any time, here with "target remote :1234", while it runs.
func ExampleMachine_Debug() {
	m, err := gotcg.New(gotcg.Config{})
	if err != nil {
		panic(err)
	}
	defer m.Close()
	if err := m.Map(0x1000, 0x1000, gotcg.R|gotcg.X); err != nil {
		panic(err)
	}
	_ = m.WriteMem(0x1000, []byte{0xff, 0xc0, 0x0f, 0x05}) // inc eax; syscall
	m.SetPC(0x1000)

	l, err := net.Listen("tcp", "127.0.0.1:0") // 127.0.0.1:1234, say
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error)
	go func() { served <- m.Debug().Serve(ctx, l) }()

	exit, err := m.Run(ctx) // waits while a debugger has the guest stopped
	fmt.Println(exit, err)
	cancel()
	fmt.Println(<-served)
	// Output:
	// syscall at pc 0x1004 <nil>
	// <nil>
}
