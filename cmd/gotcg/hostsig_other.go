//go:build !linux

package main

import "syscall"

var forwarded = []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM}

func stopSelf(int) {}
