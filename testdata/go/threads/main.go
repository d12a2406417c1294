// Command threads is a guest program: goroutines on several threads, timers, and garbage collection under way.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// sorts sorts n numbers on goroutines, a part each, and returns their sum weighted by position.
func sorts(n, parts int) (sum uint64) {
	v := make([]int, n)
	x := uint32(1)
	for i := range v {
		x = x*1664525 + 1013904223
		v[i] = int(x >> 8)
	}
	var wg sync.WaitGroup
	for i := range parts {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sort.Ints(v[i*n/parts : (i+1)*n/parts])
		}()
	}
	wg.Wait()
	sort.Ints(v)
	for i, x := range v {
		sum += uint64(i) * uint64(x)
	}
	return sum
}

// ring passes a token around n goroutines, rounds times.
func ring(n, rounds int) int {
	first := make(chan int)
	in := first
	for range n {
		out := make(chan int)
		go func(in, out chan int) {
			runtime.LockOSThread()
			for v := range in {
				out <- v + 1
			}
			close(out)
		}(in, out)
		in = out
	}
	v := 0
	for range rounds {
		first <- v
		v = <-in
	}
	close(first)
	<-in
	return v
}

func main() {
	runtime.GOMAXPROCS(4)
	fmt.Println("sorted", sorts(100000, 8))
	fmt.Println("ring", ring(8, 50))
	var wg sync.WaitGroup
	var mu sync.Mutex
	var count atomic.Int64
	total := 0
	for i := range 200 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var keep [][]byte
			for j := range 50 {
				keep = append(keep, make([]byte, 100+j))
				count.Add(1)
				if j%10 == 0 {
					time.Sleep(time.Microsecond)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			total += i + len(keep)
		}()
	}
	runtime.GC()
	wg.Wait()
	fmt.Println("total", total, "count", count.Load())
	select {
	case <-time.After(10 * time.Millisecond):
		fmt.Println("timer")
	}
	if len(os.Args) > 1 {
		os.Exit(7)
	}
}
