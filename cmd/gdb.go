package cmd

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	"github.com/gotcg/gotcg"
)

// gdbOptions are run's flags for debuggers.
type gdbOptions struct {
	// wait is -g: the program waits for a debugger; listen, --gdb-listen: one may attach at any time.
	wait, listen string
}

// stdinOut is the pair of standard files as one connection.
type stdinOut struct {
	in  io.ReadCloser
	out io.WriteCloser
}

func (c stdinOut) Read(b []byte) (int, error)  { return c.in.Read(b) }
func (c stdinOut) Write(b []byte) (int, error) { return c.out.Write(b) }
func (c stdinOut) Close() error {
	err := c.out.Close()
	if e := c.in.Close(); err == nil {
		err = e
	}
	return err
}

// config keeps the guest off the standard files when the debugger has them: its input is empty, its output goes
// to standard error.
func (o *gdbOptions) config(c *gotcg.Config) error {
	if o.wait != "" && o.listen != "" {
		return fmt.Errorf("-g and --gdb-listen exclude each other")
	}
	if o.listen == "-" {
		return fmt.Errorf("--gdb-listen -: standard files are for -g: the program has them")
	}
	if o.wait != "-" {
		return nil
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	c.Stdin, c.Stdout = null, os.Stderr
	return nil
}

// listener opens an address: HOST:PORT, :PORT on the loopback interface, or the path of a unix socket.
func listener(addr string) (net.Listener, error) {
	if strings.Contains(addr, "/") {
		return net.Listen("unix", addr)
	}
	if !strings.Contains(addr, ":") {
		addr = ":" + addr
	}
	if strings.HasPrefix(addr, ":") {
		addr = "127.0.0.1" + addr
	}
	return net.Listen("tcp", addr)
}

// serve starts the stub, if one is asked for; done ends it.
func (o *gdbOptions) serve(ctx context.Context, m *gotcg.Machine, sio stdio) (done func(), err error) {
	addr := o.wait + o.listen
	if addr == "" {
		return func() {}, nil
	}
	d := m.Debug()
	if o.wait != "" {
		d.Hold()
	}
	ctx, cancel := context.WithCancel(ctx)
	served := make(chan struct{})
	done = func() {
		cancel()
		<-served
	}
	if addr == "-" {
		go func() {
			defer close(served)
			_ = d.ServeConn(ctx, stdinOut{os.Stdin, os.Stdout})
		}()
		return done, nil
	}
	l, err := listener(addr)
	if err != nil {
		cancel()
		return nil, err
	}
	if o.wait != "" {
		fmt.Fprintf(sio.err, "gotcg: waiting for a debugger at %s\n", l.Addr())
	}
	go func() {
		defer close(served)
		_ = d.Serve(ctx, l)
	}()
	return done, nil
}
