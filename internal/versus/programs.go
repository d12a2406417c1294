//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// program is a program to measure: its command line for each guest, with absolute paths of programs and other names
// relative to the data; a file for its standard input.
type program struct {
	set, name string
	argv      map[string][]string
	stdin     string
}

// setNames are the sets in the order of the tables.
var setNames = []string{"int", "fp", "thr", "sys", "start", "busybox", "apps", "libs"}

// workloads are those of ../shared/bench.
var workloads = map[string][]string{
	"int": {"coremix", "dhry", "crc32", "sha256", "qsort", "sieve", "strops", "hashtab", "bintree", "calls", "vdispatch",
		"bytevm", "lz", "json"},
	"fp":    {"nbody", "spectral", "mandel", "matmul", "matmul_avx2", "fft", "fmath"},
	"thr":   {"threads"},
	"sys":   {"syscalls"},
	"start": {"hello", "bigcode"},
}

// call is a program run with arguments; the first is the program, but for applets.
type call struct {
	name  string
	args  []string
	stdin string
}

// applets are runs of busybox that need no other process.
var applets = []call{
	{"sh-true", []string{"sh", "-c", ":"}, ""},
	{"sh-loop", []string{"sh", "loop.sh"}, ""},
	{"sh-words", []string{"sh", "words.sh"}, "small"},
	{"ls", []string{"ls", "-lR", "tree"}, ""},
	{"find", []string{"find", "tree", "-name", "*7*", "-size", "+1k"}, ""},
	{"awk-words", []string{"awk", `{for (i = 1; i <= NF; i++) n[$i]++} END {for (w in n) s += n[w] * length(w); print s, NR}`, "text"}, ""},
	{"awk-float", []string{"awk", `BEGIN {for (i = 1; i < 60000; i++) {s += i / (1 + i % 7); t = substr(sprintf("%.3f", s), 2)}; print s, t}`}, ""},
	{"sed", []string{"sed", "-e", `s/\([a-z]*\) \([a-z]*\)/\2 \1/g`, "-e", "/qu/d", "-e", "y/abc/xyz/", "text"}, ""},
	{"grep", []string{"grep", "-E", "-c", "(an|th|er)[a-z]+ .*[aeiou]{2}", "text"}, ""},
	{"sort", []string{"sort", "text"}, ""},
	{"sort-keys", []string{"sort", "-k3,3", "-k1,1r", "small"}, ""},
	{"diff", []string{"diff", "small", "small2"}, ""},
	{"md5sum", []string{"md5sum", "big"}, ""},
	{"sha256sum", []string{"sha256sum", "big"}, ""},
	{"gzip", []string{"gzip", "-c", "text"}, ""},
	{"gunzip", []string{"gunzip", "-c", "text.gz"}, ""},
	{"bzip2", []string{"bzip2", "-c", "small"}, ""},
	{"tar-c", []string{"tar", "cf", "-", "tree"}, ""},
	{"tar-t", []string{"tar", "tvf", "tree.tar"}, ""},
	{"bc", []string{"bc", "-l", "pi.bc"}, ""},
	{"dc", []string{"dc", "-e", "2 4000 ^ 3 1500 ^ % p"}, ""},
	{"od", []string{"od", "-A", "x", "-t", "x1", "text"}, ""},
	{"vi", []string{"vi", "-c", "%s/e/E/g", "-c", "q!", "small"}, ""},
	{"less", []string{"less", "text"}, ""},
}

// applications are runs of static builds of Debian's programs.
var applications = []call{
	{"bash", []string{"bash-static", "loop.bash"}, ""},
	{"bash-true", []string{"bash-static", "-c", ":"}, ""},
	{"zsh", []string{"zsh-static", "-f", "loop.zsh"}, ""},
	{"perl", []string{"perl", "words.pl"}, "text"},
	{"perl-start", []string{"perl", "-e", "print 1"}, ""},
	{"python-start", []string{"python", "-I", "-S", "-c", "print(1)"}, ""},
	{"python-imports", []string{"python", "-I", "-c", "import json, re, argparse, http.client; print(len(json.dumps(list(range(1000)))))"}, ""},
	{"python-loop", []string{"python", "-I", "loop.py"}, ""},
	{"lua", []string{"lua", "mix.lua"}, ""},
	{"sqlite", []string{"sqlite", "t.sql"}, ""},
}

// libraries are runs of programs that use Debian's libraries, and of what C++ programs do.
var libraries = []call{
	{"luajit", []string{"luajit", "jit.lua"}, ""},
	{"pcre", []string{"pcre"}, ""},
	{"pcre-jit", []string{"pcre", "jit"}, ""},
	{"sha256", []string{"crypto", "md", "sha256", "300"}, ""},
	{"sha3-256", []string{"crypto", "md", "sha3-256", "120"}, ""},
	{"md5", []string{"crypto", "md", "md5", "300"}, ""},
	{"aes-128-cbc", []string{"crypto", "cipher", "aes-128-cbc", "300"}, ""},
	{"aes-256-gcm", []string{"crypto", "cipher", "aes-256-gcm", "600"}, ""},
	{"chacha20", []string{"crypto", "cipher", "chacha20-poly1305", "300"}, ""},
	{"rsa", []string{"crypto", "sign", "rsa", "100"}, ""},
	{"p-256", []string{"crypto", "sign", "P-256", "1000"}, ""},
	{"ed25519", []string{"crypto", "sign", "ed25519", "500"}, ""},
	{"zstd", []string{"pack", "zstd"}, ""},
	{"zlib", []string{"pack", "zlib"}, ""},
	{"xz", []string{"pack", "xz"}, ""},
	{"brotli", []string{"pack", "brotli"}, ""},
	{"exceptions", []string{"kinds", "exceptions", "30000"}, ""},
	{"map", []string{"kinds", "map", "100000"}, ""},
	{"hash", []string{"kinds", "hash", "1000000"}, ""},
	{"streams", []string{"kinds", "streams", "60000"}, ""},
	{"regex", []string{"kinds", "regex", "4000"}, ""},
	{"virtual", []string{"kinds", "virtual", "20000"}, ""},
	{"dynamic", []string{"kinds", "dynamic", "3000"}, ""},
	{"sort", []string{"kinds", "sort", "100000"}, ""},
	{"contexts", []string{"kinds", "contexts", "300000"}, ""},
	{"longjmp", []string{"kinds", "longjmp", "3000000"}, ""},
	{"long-double", []string{"kinds", "long-double", "1000000"}, ""},
	{"denormals", []string{"kinds", "denormals", "5000000"}, ""},
	{"div128", []string{"kinds", "div128", "2000000"}, ""},
	{"copies", []string{"kinds", "copies", "200000"}, ""},
	{"far", []string{"kinds", "far", "3000000"}, ""},
	{"atomics", []string{"kinds", "atomics", "3000000"}, ""},
}

// programs lists the programs of the chosen sets that are there, for one guest at least and natively.
func (o *options) programs() ([]program, error) {
	var l []program
	add := func(set, name, stdin string, argv map[string][]string) {
		if o.only.MatchString(name) || o.net && name == "hello" {
			l = append(l, program{set, name, argv, stdin})
		}
	}
	// command is the command line of the file for both guests, nil when it is not there natively.
	command := func(file map[string]string, args []string) map[string][]string {
		argv := map[string][]string{}
		for arch, f := range file {
			if abs, err := filepath.Abs(f); err == nil && f != "" && exists(abs) {
				argv[arch] = append([]string{abs}, args...)
			}
		}
		if argv["x64"] == nil {
			return nil
		}
		return argv
	}
	missing := func(what string, file map[string]string) {
		fmt.Fprintf(os.Stderr, "versus: left out: %s: there is no %s\n", what, file["x64"])
	}
	in := func(dir, name string) map[string]string {
		return map[string]string{"x64": filepath.Join(dir, "x64", name), "a64": filepath.Join(dir, "a64", name)}
	}
	for _, set := range o.sets {
		switch set {
		case "int", "fp", "thr", "sys", "start":
			for _, name := range workloads[set] {
				var args []string
				if name != "hello" && o.scale != 100 {
					args = []string{fmt.Sprint(o.scale)}
				}
				if argv := command(in(o.bench, name), args); argv != nil {
					add(set, name, "", argv)
				} else {
					missing(name, in(o.bench, name))
				}
			}
		case "busybox":
			if command(o.busybox, nil) == nil {
				missing(set, o.busybox)
				continue
			}
			for _, a := range applets {
				add(set, a.name, a.stdin, command(o.busybox, a.args))
			}
		case "apps", "libs":
			for _, a := range map[string][]call{"apps": applications, "libs": libraries}[set] {
				file := in(o.apps, a.args[0])
				if argv := command(file, a.args[1:]); argv != nil {
					add(set, a.name, a.stdin, argv)
				} else {
					missing(a.name, file)
				}
			}
		default:
			return nil, fmt.Errorf("no set %q", set)
		}
	}
	return l, nil
}
