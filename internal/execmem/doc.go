// Package execmem is the only place where executable memory is made. A Buffer is one piece of memory
// seen through two mappings: one readable and writable, one readable and executable. No mapping is
// ever both, so a stray write through a pointer into the code faults.
package execmem

import "errors"

// ErrUnsupported is returned on hosts that gotcg makes no code for.
var ErrUnsupported = errors.New("execmem: no executable memory on this host")
