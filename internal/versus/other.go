//go:build !linux

package main

import "fmt"

func main() { fmt.Println("versus: guests are Linux programs, which need a Linux host") }
