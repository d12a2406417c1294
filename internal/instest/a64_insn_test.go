package instest

import (
	"testing"

	"github.com/gotcg/gotcg/cpu/arm64"
)

func TestA64(t *testing.T) { runFiles(t, arm64.Arch(), "cpsr", "../../testdata/ins/a64/*.ins") }
