package cmd

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLogWriters: the engine's log and the trace of system calls write to one file, or standard error, each under a lock of its own.
func TestLogWriters(t *testing.T) {
	line := strings.Repeat("x", 99) + "\n"
	fill := func(w io.Writer) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 500 {
					_, _ = io.WriteString(w, line)
				}
			})
		}
		wg.Wait()
	}
	want := strings.Repeat(line, 2000)

	f, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	b := &bufferedFile{w: bufio.NewWriterSize(f, 1000), f: f}
	fill(b)
	require.NoError(t, b.Close())
	got, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	require.True(t, want == string(got))

	var to bytes.Buffer
	s := &sticky{w: &to}
	fill(s)
	require.NoError(t, s.failed())
	require.True(t, want == to.String())
}
