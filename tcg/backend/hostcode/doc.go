// Package hostcode runs generated code on this host: it enters code buffers, and tells the signal
// handlers of internal/hostsig which addresses are such code and where a vCPU's header is.
//
// Generated code keeps the guest State's address plus backend.StateBias in RBP everywhere, so the
// header is at fixed offsets from it.
package hostcode

import "errors"

// ErrUnsupported is returned on hosts that no code is generated for.
var ErrUnsupported = errors.New("hostcode: generated code does not run on this host")
