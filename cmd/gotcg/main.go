// Command gotcg runs x86-64 and AArch64 Linux programs by dynamic translation, with plugins
// translated into them. All of it is package cmd.
package main

import "github.com/gotcg/gotcg/cmd"

func main() { cmd.Main() }
