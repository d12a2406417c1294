//go:build linux

package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// spawnArg makes the command run another one and tell its cost: a process's peak memory begins with its parent's, and
// the spawner is small.
const spawnArg = "-spawn"

// patience is how long a program may run.
const patience = 2 * time.Minute

// sample is one run of a program.
type sample struct {
	CPU    time.Duration // user and system
	RSS    int64         // peak memory, KiB
	Status int
	out    [32]byte // hash of the standard output
}

// measure runs argv in dir.
func measure(argv []string, dir, stdin string) (sample, error) {
	var s sample
	self, err := os.Executable()
	if err != nil {
		return s, err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return s, err
	}
	defer r.Close()
	cmd := exec.Command(self, append([]string{spawnArg}, argv...)...)
	cmd.Dir, cmd.ExtraFiles = dir, []*os.File{w}
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + dir, "LC_ALL=C", "TZ=UTC"}
	if stdin != "" {
		f, err := os.Open(stdin)
		if err != nil {
			return s, errors.Join(err, w.Close())
		}
		defer f.Close()
		cmd.Stdin = f
	}
	h := sha256.New()
	cmd.Stdout = h
	err = cmd.Run()
	_ = w.Close()
	if err != nil {
		return s, err
	}
	if err := json.NewDecoder(r).Decode(&s); err != nil {
		return s, fmt.Errorf("%s: %w", argv[0], err)
	}
	h.Sum(s.out[:0])
	return s, nil
}

// spawn runs argv and writes a sample to descriptor 3.
func spawn(argv []string) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout = os.Stdin, os.Stdout
	late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	s := sample{Status: -1}
	if err := cmd.Run(); cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, "versus:", err)
	} else {
		u := cmd.ProcessState.SysUsage().(*syscall.Rusage)
		s.CPU = time.Duration(u.Utime.Nano() + u.Stime.Nano())
		s.RSS, s.Status = u.Maxrss, cmd.ProcessState.ExitCode()
	}
	late.Stop()
	_ = json.NewEncoder(os.NewFile(3, "report")).Encode(s)
}
