package archtest

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/gotcg/gotcg"

// rooms says which of our packages a package may import, besides itself; "x/..." allows all below x.
// The first matching row counts.
var rooms = []struct {
	pkg     string
	imports []string
}{
	{"/tcg/ir", []string{"/internal/softfp"}},
	{"/softmmu", []string{"/internal/safemem", "/internal/hostsig"}},
	{"/internal/rest", nil},
	{"/linux/abi", nil},
	{"/gdbstub", nil},
	{"/internal/counts", []string{"", "/cpu", "/cpu/...", "/linux/abi", "/instrument", "/plugins/all"}},
	{"/internal/...", []string{"/internal/...", "/tcg", "/tcg/...", "/cpu", "/cpu/...", "/softmmu", ""}},
	{"/cpu", []string{"/tcg/ir", "/softmmu"}},
	{"/cpu/...", []string{"/cpu", "/tcg/ir", "/softmmu", "/internal/softfp"}},
	{"/tcg/opt", []string{"/tcg/ir"}},
	{"/tcg/interp", []string{"/tcg/ir"}},
	{"/tcg/backend/hostcode", []string{"/tcg/backend", "/internal/execmem", "/internal/hostsig"}},
	{"/tcg/backend/...", []string{"/tcg/ir", "/tcg/backend", "/internal/execmem"}},
	{"/tcg/backend", []string{"/tcg/ir", "/internal/execmem"}},
	{"/tcg", []string{"/cpu", "/instrument", "/tcg/...", "/softmmu", "/internal/debuglog", "/internal/execmem"}},
	{"/instrument", []string{"/tcg/ir", "/cpu"}},
	{"/plugins/...", []string{"/instrument", "/plugins/..."}},
	{"/linux", []string{"/cpu", "/softmmu", "/linux/abi", "/tcg/ir"}},
	{"/cmd", []string{"", "/plugins/...", "/instrument", "/internal/bigstack", "/internal/debuglog", "/internal/hostsig", "/internal/rest"}},
	{"/cmd/...", []string{"/cmd"}},
	{"", []string{"/cpu/...", "/cpu", "/tcg", "/tcg/ir", "/softmmu", "/linux", "/linux/abi", "/instrument", "/gdbstub", "/internal/debuglog"}},
}

// outside says which modules the library's packages may use at all; the command may use more.
var outside = []string{"golang.org/x/sys", "golang.org/x/arch"}

func matches(pattern, pkg string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(pkg, base+"/")
	}
	return pattern == pkg
}

func TestImports(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	dec := json.NewDecoder(strings.NewReader(string(out)))
	n := 0
	for dec.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		require.NoError(t, dec.Decode(&p))
		check(t, strings.TrimPrefix(p.ImportPath, module), p.Imports)
		n++
	}
	require.Greater(t, n, 10)
}

// TestStart keeps packages out of the command that initialize themselves in each run, for long or with much memory, though gotcg
// has no use for them or had little: docs/performance.md, Start-up.
func TestStart(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	cmd := exec.Command("go", "list", "-deps", "./cmd/gotcg")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	require.Contains(t, deps, module)
	for _, p := range []string{
		"crypto/rand", "crypto/sha256", "encoding/gob", "encoding/json", "encoding/xml", "go/token", "golang.org/x/sys/cpu", "hash/crc32",
		"html/template", "log/slog", "math/big", "mime", "net/http", "os/exec", "os/user", "runtime/pprof", "runtime/trace", "testing",
	} {
		require.NotContains(t, deps, p)
	}
}

func check(t *testing.T, pkg string, imports []string) {
	for _, room := range rooms {
		if !matches(room.pkg, pkg) {
			continue
		}
	next:
		for _, imp := range imports {
			ours, ok := strings.CutPrefix(imp, module)
			if !ok {
				if strings.Contains(strings.Split(imp, "/")[0], ".") && pkg != "/cmd" {
					allowed := false
					for _, o := range outside {
						allowed = allowed || strings.HasPrefix(imp, o)
					}
					if !allowed {
						t.Errorf("%s%s imports %s, which is not for the library", module, pkg, imp)
					}
				}
				continue
			}
			for _, a := range room.imports {
				if matches(a, ours) {
					continue next
				}
			}
			t.Errorf("%s%s may not import %s", module, pkg, imp)
		}
		return
	}
	t.Errorf("%s%s is in no room of the table", module, pkg)
}

// TestFileNames finds files that Go would leave out on other hosts by their name alone: guest code
// must not end in a host's name. Tests that need this host's CPU may.
func TestFileNames(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	for _, dir := range []string{"cpu", "tcg/ir", "tcg/opt", "tcg/interp", "tcg/backend/amd64", "linux/abi"} {
		for _, arch := range []string{"amd64", "arm64", "386", "arm", "linux", "windows", "darwin"} {
			for _, sub := range []string{"", "*"} {
				files, err := filepath.Glob(filepath.Join(root, dir, sub, "*_"+arch+".go"))
				require.NoError(t, err)
				require.Empty(t, files)
			}
		}
	}
}
