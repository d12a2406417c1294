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
