// How many processors there are is not asked again while a program runs, which takes a goroutine, nor how many of them the control group
// may use, which takes a look through all mounts at each start: package cmd gives Go more when the guest has threads for them, and
// what these get is the host's to say, as it is of native ones.
//go:debug updatemaxprocs=0
//go:debug containermaxprocs=0

// Command gotcg runs x86-64 and AArch64 Linux programs by dynamic translation, with plugins
// translated into them. All of it is package cmd.
package main

import "github.com/gotcg/gotcg/cmd"

func main() { cmd.Main() }
