package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// stamp is the time of every file of the fixture.
var stamp = time.Date(2021, 3, 4, 5, 6, 7, 0, time.UTC)

// signaled returns the signal that ended a process.
func signaled(e *exec.ExitError) (int, bool) {
	ws, ok := e.Sys().(syscall.WaitStatus)
	if !ok || !ws.Signaled() {
		return 0, false
	}
	return int(ws.Signal()), true
}

// bigText is about 40 kB of text with little and much repetition.
func bigText() string {
	var b strings.Builder
	x := uint32(1)
	for i := range 1000 {
		x = x*1664525 + 1013904223
		fmt.Fprintf(&b, "line %d %x the quick brown fox\n", i, x)
	}
	return b.String()
}

// binaryData is every byte value, with words among them.
func binaryData() string {
	var b strings.Builder
	for i := range 256 {
		b.WriteByte(byte(i))
		if i%50 == 0 {
			b.WriteString("some string here\x00")
		}
	}
	return b.String()
}

// Compressed forms of "hello compressed world\n" that Go's library cannot make.
const (
	helloBz2  = "QlpoOTFBWSZTWYo3c48AAATRgAAQQAAORtiAIAAxANABT0BpPSOQ90iiIkjNWz618XckU4UJCKN3OPA="
	helloXz   = "/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAWaGVsbG8gY29tcHJlc3NlZCB3b3JsZAoAAMABVZMAASsXhc0l1ZBCmQ0BAAAAAAFZWg=="
	helloLzma = "XQAAgAD//////////wA0GUnujekSFAmXrhSOHI7zMZlJX5+vvE5Hhn//8qRAAA=="
)

// makeFixture makes dir anew with the files the cases work on.
func makeFixture(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	files := map[string]string{
		"text": lines, "text2": strings.Replace(lines, "Fig", "fig", 1) + "more\n",
		"table": "one:two:three\nalpha:beta:gamma:delta\n:empty:\n", "sorted": "a\na\nb\nc\nc\nc\n",
		"big": bigText(), "binary": binaryData(), "none.d/.hidden": "", "script.sh": "echo args: $# $*\nfor a; do echo \"<$a>\"; done\n",
		"dir/a": "one\n", "dir/b.txt": "two\n", "dir/deep/c": "three\n", "dir2/a": "one\n", "dir2/b.txt": "two changed\n",
		"lib.a":     "!<arch>\n" + arMember("one.txt/", "hello\n") + arMember("two.txt/", "odd\n\n"),
		"sums.md5":  "f9f6ea17c6d71846b43288d303605ab8  text\nd41d8cd98f00b204e9800998ecf8427e  none.d/.hidden\n",
		"fix.patch": "--- table\n+++ table\n@@ -1,3 +1,3 @@\n-one:two:three\n+uno:dos:tres\n alpha:beta:gamma:delta\n :empty:\n",
		"text.uu":   "begin 644 name\n+:&5L;&\\@=V]R;&0*\n \nend\n",
		"text.gz":   gzipped(lines), "arch.tar": tarball(), "arch.zip": zipped(),
		"arch.cpio": cpioEntry("text", "hello cpio\n") + cpioEntry("TRAILER!!!", ""),
	}
	for name, enc := range map[string]string{"text.bz2": helloBz2, "text.xz": helloXz, "text.lzma": helloLzma} {
		b, err := base64.StdEncoding.DecodeString(enc)
		if err != nil {
			return err
		}
		files[name] = string(b)
	}
	for name, data := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(p, []byte(data), 0o644); err != nil {
			return err
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		return err
	}
	for name, to := range map[string]string{"link": "text", "dir/up": "..", "dangling": "nowhere"} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return stampTree(dir)
}

// stampTree gives every file the same times and fixed modes.
func stampTree(dir string) error {
	var all []string
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		all = append(all, p)
		return err
	})
	if err != nil {
		return err
	}
	for i := len(all) - 1; i >= 0; i-- {
		fi, err := os.Lstat(all[i])
		if err != nil {
			return err
		}
		if fi.Mode()&os.ModeSymlink != 0 { // package os cannot set a link's own time
			if err := exec.Command("touch", "-h", "-d", fmt.Sprintf("@%d", stamp.Unix()), all[i]).Run(); err != nil {
				return fmt.Errorf("touch -h %s: %w", all[i], err)
			}
			continue
		}
		if err := os.Chtimes(all[i], stamp, stamp); err != nil {
			return err
		}
	}
	return nil
}

func arMember(name, data string) string {
	return fmt.Sprintf("%-16s%-12d%-6d%-6d%-8o%-10d`\n%s", name, 1600000000, 0, 0, 0o100644, len(data), data)
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.String()
}

func tarball() string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range []struct{ name, data string }{{"t/one", "first\n"}, {"t/two", strings.Repeat("second\n", 100)}} {
		_ = w.WriteHeader(&tar.Header{Name: f.name, Size: int64(len(f.data)), Mode: 0o640, ModTime: stamp, Uname: "root", Gname: "root"})
		_, _ = w.Write([]byte(f.data))
	}
	_ = w.Close()
	return b.String()
}

func zipped() string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.CreateHeader(&zip.FileHeader{Name: "z/one.txt", Method: zip.Deflate, Modified: stamp})
	_, _ = f.Write([]byte(lines))
	_ = w.Close()
	return b.String()
}

func cpioEntry(name, data string) string {
	h := "070701"
	for _, v := range []int{1, 0o100644, 0, 0, 1, 1600000000, len(data), 0, 0, 0, 0, len(name) + 1, 0} {
		h += fmt.Sprintf("%08X", v)
	}
	pad := func(s string) string { return s + strings.Repeat("\x00", (4-len(s)%4)%4) }
	return pad(h+name+"\x00") + pad(data)
}
