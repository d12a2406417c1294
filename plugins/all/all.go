// Package all registers the built-in plugins.
package all

import (
	_ "github.com/gotcg/gotcg/plugins/bbcount"    // registers bb-count
	_ "github.com/gotcg/gotcg/plugins/execlog"    // registers exec-log
	_ "github.com/gotcg/gotcg/plugins/insncount"  // registers insn-count
	_ "github.com/gotcg/gotcg/plugins/mem"        // registers mem
	_ "github.com/gotcg/gotcg/plugins/syscalllog" // registers syscall-log
)
