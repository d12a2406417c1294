//go:build !(linux && amd64)

package hostcode

import (
	"github.com/gotcg/gotcg/internal/execmem"
	"github.com/gotcg/gotcg/tcg/backend"
)

// Supported tells whether this host runs generated code.
const Supported = false

// Register always fails on this host.
func Register(*execmem.Buffer, uintptr) error { return ErrUnsupported }

// Unregister does nothing.
func Unregister(*execmem.Buffer) {}

// Barrier is never needed: there is no generated code.
func Barrier() {}

// Enter is never reached: no Buffer was registered.
func Enter(*backend.Header, uintptr) {}

// Reenter is never reached either.
func Reenter(*backend.Header, uintptr) {}
