//go:build !linux

package linux

import (
	"io"
	"os"
)

// On other hosts there are no handlers, and NewProcess fails with ErrHost.

var sysRows []sysRow

const maxFDs = 1 << 16

type fsState struct{}

type file struct{}

type hostBufs struct{}

type pollRoom struct{}

func (*fsState) open(*Process) error { return ErrHost }

func (*fsState) close() {}

func (p *Process) random() io.Reader { return p.cfg.Random }

func fileIdent(*os.File) (dev, ino uint64) { return 0, 0 }

func (t *Task) unpin() {}

// wakeFD is nothing: no task waits in a host call.
type wakeFD struct{}

func (*wakeFD) open() error { return nil }

func (*wakeFD) close() {}

func (*wakeFD) poke() {}

// signalFD and clocks do not exist.
type signalFD struct{}

func (p *Process) notifySignalFDs() {}

func readClock(int32) (int64, bool) { return 0, false }

// ticker never ticks.
type ticker struct{}

func (*ticker) run(*Process) {}

func (*ticker) at(int64) {}

func (*ticker) stop(*Process) {}

func (*ticker) close() {}

func (p *Process) openForDebugger(string) (*os.File, error) { return nil, ErrHost }

func (p *Process) linkForDebugger(string) (string, error) { return "", ErrHost }
