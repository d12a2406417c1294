// Command stress runs many goroutines under garbage collections and preemption for a while.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

type node struct {
	l, r *node
	v    int
}

func tree(d int) *node {
	if d == 0 {
		return &node{v: 1}
	}
	return &node{tree(d - 1), tree(d - 1), 1}
}

func (n *node) sum() int {
	if n == nil {
		return 0
	}
	return n.v + n.l.sum() + n.r.sum()
}

// spin has no call and no allocation: only SIGURG ends its turn.
func spin(n uint64) (x uint64) {
	for i := uint64(0); i < n; i++ {
		x = x*6364136223846793005 + i
	}
	return x
}

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	secs, _ := strconv.Atoi(os.Args[2])
	stop := time.Now().Add(time.Duration(secs) * time.Second)
	var wg sync.WaitGroup
	var bad atomic.Int64
	ch := make(chan int, 16)
	var sent, got atomic.Int64
	var mu sync.Mutex
	m := map[int]int{}
	for g := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for first := true; first || time.Now().Before(stop); first = false {
				switch g % 4 {
				case 0:
					if tree(8).sum() != 511 {
						bad.Add(1)
					}
				case 1:
					spin(200000)
				case 2:
					ch <- g
					sent.Add(1)
				default:
					mu.Lock()
					m[g]++
					mu.Unlock()
					runtime.Gosched()
				}
			}
		}()
	}
	var rg sync.WaitGroup
	rg.Add(1)
	go func() {
		defer rg.Done()
		for range ch {
			got.Add(1)
		}
	}()
	go func() {
		for {
			runtime.GC()
		}
	}()
	wg.Wait()
	close(ch)
	rg.Wait()
	fmt.Println("bad", bad.Load(), "lost", sent.Load()-got.Load())
}
