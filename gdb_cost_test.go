//go:build linux

package gotcg_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gotcg/gotcg"
	"github.com/gotcg/gotcg/tcg"
)

// TestGDBAttachedCostsNothing: a program to which a client is attached that has inserted nothing is translated into the
// same code as without one. internal/gdbbench measures.
func TestGDBAttachedCostsNothing(t *testing.T) {
	t.Setenv("GOTCG_INJECT_FLUSH", "") // or what is translated again differs
	for _, name := range []string{"compute.x64", "memory.x64", "compute.a64", "memory.a64"} {
		t.Run(name, func(t *testing.T) {
			run := func(attached bool) tcg.Stats {
				c := debugGuest(t, name, gotcg.Config{})
				defer c.close()
				c.begin()
				if attached {
					require.Regexp(t, "^W00", c.ask("vCont;c"))
				} else {
					require.Equal(t, "OK", c.ask("D"))
				}
				c.ended()
				s := c.m.Stats() // the others depend on when Go interrupts
				return tcg.Stats{Translated: s.Translated, TranslatedInsns: s.TranslatedInsns, TranslatedBytes: s.TranslatedBytes, HostBytes: s.HostBytes}
			}
			require.Equal(t, run(false), run(true))
		})
	}
}
