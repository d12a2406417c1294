// How many processors there are is not asked again while a program runs, which takes a goroutine: package cmd gives Go more when
// the guest has threads for them.
//go:debug updatemaxprocs=0

// Command gotcg runs x86-64 and AArch64 Linux programs by dynamic translation, with plugins
// translated into them. All of it is package cmd.
package main

import "github.com/gotcg/gotcg/cmd"

func main() { cmd.Main() }
