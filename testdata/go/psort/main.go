// Command psort sorts numbers on many goroutines, and lets a thousand of them take turns at a mutex.
package main

import (
	"fmt"
	"math/rand"
	"runtime"
	"sort"
	"sync"
)

// psort sorts a by merging two halves that are sorted at the same time, depth levels deep.
func psort(a []int, depth int) {
	if depth == 0 || len(a) < 1000 {
		sort.Ints(a)
		return
	}
	m := len(a) / 2
	var wg sync.WaitGroup
	wg.Go(func() { psort(a[:m], depth-1) })
	psort(a[m:], depth-1)
	wg.Wait()
	b := make([]int, 0, len(a))
	i, j := 0, m
	for i < m && j < len(a) {
		if a[i] <= a[j] {
			b = append(b, a[i])
			i++
		} else {
			b = append(b, a[j])
			j++
		}
	}
	b = append(append(b, a[i:m]...), a[j:]...)
	copy(a, b)
}

func main() {
	r := rand.New(rand.NewSource(1))
	a := make([]int, 600000)
	for i := range a {
		a[i] = r.Int()
	}
	psort(a, 4)
	var wg sync.WaitGroup
	var mu sync.Mutex
	n := 0
	for range 1000 {
		wg.Go(func() {
			for range 20 {
				mu.Lock()
				n++
				mu.Unlock()
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	runtime.GC()
	fmt.Println("sorted", sort.IntsAreSorted(a), n)
}
