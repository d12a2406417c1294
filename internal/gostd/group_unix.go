//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup has cmd run in a process group of its own, which ends with it when its time is up.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
