//go:build linux

package cmd

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadme: the commands shown in README.md print what is shown there. Counts depend on the environment.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	count := regexp.MustCompile(`(insns: )\d+`)
	const prompt = "    $ "
	shown := 0
	for _, block := range regexp.MustCompile(`(?m)(?:^    .*\n)+`).FindAllString(string(text), -1) {
		if !strings.HasPrefix(block, prompt) {
			continue
		}
		command, want, _ := strings.Cut(block[len(prompt):], "\n")
		cmd := exec.Command("sh", "-c", "exec "+command)
		cmd.Dir = ".."
		got, err := cmd.CombinedOutput()
		require.NoError(t, err, command)
		want = strings.ReplaceAll(want[4:], "\n    ", "\n")
		require.Equal(t, count.ReplaceAllString(want, "${1}N"), count.ReplaceAllString(string(got), "${1}N"), command)
		shown++
	}
	require.Greater(t, shown, 3)
}
