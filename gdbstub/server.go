package gdbstub

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Server serves debuggers, one at a time.
type Server struct {
	Target Target
	// Log receives every packet, if not nil: "< " before what the client sent, "> " before replies.
	Log *log.Logger

	busy atomic.Bool
}

// Serve accepts clients until ctx ends or the listener fails. While one is attached others are refused. The
// error is nil when ctx ended.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		c, err := l.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = c.Close()
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("gdbstub: %w", err)
		}
		if !s.take() {
			_ = c.Close()
			continue
		}
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetNoDelay(true)
		}
		wg.Go(func() {
			defer s.busy.Store(false)
			_ = s.serve(ctx, c)
		})
	}
}

// take waits a moment for a session that is ending: a client that has detached may come back at once.
func (s *Server) take() bool {
	for range 100 {
		if s.busy.CompareAndSwap(false, true) {
			return true
		}
		time.Sleep(5 * time.Millisecond)
	}
	return false
}

// ServeConn serves one client until it goes, ctx ends or the client has the guest killed. The error tells
// what went wrong with the connection; nil: it ended as it should.
func (s *Server) ServeConn(ctx context.Context, c io.ReadWriteCloser) error {
	if !s.busy.CompareAndSwap(false, true) {
		_ = c.Close()
		return errors.New("gdbstub: another debugger is attached")
	}
	defer s.busy.Store(false)
	return s.serve(ctx, c)
}

// patience is how long a client may take to read what it is told last.
const patience = time.Second

// session is one client's connection.
type session struct {
	srv  *Server
	ctx  context.Context
	conn io.ReadWriteCloser
	info Info
	in   chan event

	out  []byte // scratch for packets
	body []byte // and for replies
	last []byte // the last packet sent, to send again
	// noAck: packets are not acknowledged any more; noAckNext: from after the present reply on.
	noAck, noAckNext bool

	running bool
	stop    Stop // the last one
	gone    bool // the guest has ended, or was let go (detached)
	quit    bool // end the session after the reply
	kept    bool // Restart is possible after the end

	feature             map[string]bool // what the client said in qSupported
	lldb                bool
	suffix, listThreads bool     // lldb: thread suffixes, thread lists in stop replies
	errorStrings        bool     // lldb: QEnableErrorStrings
	threadG             ThreadID // of g, p, m ...
	threadC             ThreadID // Hc, for the old resume packets
	threadList          []Thread // what qsThreadInfo has still to say
	files               map[int]File
	detached            bool
}

func (s *Server) serve(ctx context.Context, conn io.ReadWriteCloser) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// At ctx's end the client is told what the guest has come to, if it listens; then the connection is cut.
	defer context.AfterFunc(ctx, func() { time.AfterFunc(patience, func() { _ = conn.Close() }) })()
	c := &session{srv: s, ctx: ctx, conn: conn, info: s.Target.Info(), in: make(chan event), body: make([]byte, 0, 4096),
		feature: map[string]bool{}, files: map[int]File{}}
	readErr := make(chan error, 1)
	go func() { readErr <- c.read() }()
	defer func() {
		for _, f := range c.files {
			_ = f.Close()
		}
		_ = conn.Close()
		cancel()
		for range c.in { // until the reader has gone
		}
	}()
	stop, err := s.Target.Attach(ctx)
	if err != nil {
		return fmt.Errorf("gdbstub: attach: %w", err)
	}
	c.stopped(stop)
	defer func() {
		if !c.detached {
			s.Target.Detach()
		}
	}()
	err = c.loop()
	if err == nil {
		select {
		case err = <-readErr:
		default:
		}
	}
	if errors.Is(err, io.EOF) || ctx.Err() != nil {
		return nil
	}
	return err
}

// read hands on what the client sends, until it goes.
func (c *session) read() error {
	defer close(c.in)
	p := packetReader{r: bufio.NewReaderSize(c.conn, 1<<14)}
	for {
		ev, err := p.next()
		if err != nil {
			return err
		}
		select {
		case c.in <- ev:
		case <-c.ctx.Done():
			return c.ctx.Err()
		}
	}
}

// loop serves events until the client or the guest is gone.
func (c *session) loop() error {
	for !c.quit {
		var stops <-chan Stop
		if c.running {
			stops = c.srv.Target.Stops()
		}
		select {
		case <-c.ctx.Done():
			select {
			case s := <-stops:
				c.stopped(s)
				return c.send(c.appendStop(c.body[:0], s))
			default:
				return nil
			}
		case ev, ok := <-c.in:
			if !ok {
				return nil
			}
			if err := c.event(ev); err != nil {
				return err
			}
		case s := <-stops:
			c.stopped(s)
			if err := c.send(c.appendStop(c.body[:0], s)); err != nil {
				return err
			}
		}
	}
	return nil
}

// stopped notes a stop.
func (c *session) stopped(s Stop) {
	c.running, c.stop = false, s
	c.gone = s.Ended()
	if !c.gone && s.Kind != StopNoResumed {
		c.threadG, c.threadC = s.Thread, ThreadID{}
	}
}

// event acts on what the client sent.
func (c *session) event(ev event) error {
	switch {
	case ev.interrupt:
		if c.running {
			c.srv.Target.Interrupt()
		}
		return nil
	case ev.bad:
		if c.noAck {
			return nil
		}
		return c.write([]byte{'-'})
	case ev.packet == nil: // a negative acknowledgement
		if c.noAck || c.last == nil {
			return nil
		}
		return c.write(c.last)
	}
	if c.srv.Log != nil {
		c.srv.Log.Printf("< %.300q", ev.packet)
	}
	if !c.noAck {
		if err := c.write([]byte{'+'}); err != nil {
			return err
		}
	}
	reply, answer := c.packet(ev.packet)
	if !answer {
		return nil
	}
	err := c.send(reply)
	if c.noAckNext {
		c.noAck, c.noAckNext = true, false
	}
	return err
}

// send sends a packet.
func (c *session) send(data []byte) error {
	if c.srv.Log != nil {
		c.srv.Log.Printf("> %.300q", data)
	}
	c.out = appendPacket(c.out[:0], data)
	if cap(data) > cap(c.body) {
		c.body = data[:0]
	}
	c.last = c.out
	return c.write(c.out)
}

func (c *session) write(b []byte) error {
	_, err := c.conn.Write(b)
	return err
}
