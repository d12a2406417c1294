// Command versus measures programs under gotcg beside qemu-user and native, interleaved in one run: CPU time as
// ratios, peak memory, and whether the output is the same. It runs the workloads of make bench, applets of a busybox, static
// builds of Debian's bash, zsh, perl, python, lua and sqlite, and programs that use its libraries (see guest/Makefile). What is
// not there is left out.
//
//	go run ./internal/versus -set busybox -busybox-a64 busybox-arm64
//	go run ./internal/versus -set apps -only 'perl|python' -runs 9
package main
