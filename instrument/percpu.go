package instrument

import (
	"sync"
	"sync/atomic"
)

// PerCPU holds a T for each vCPU, made when it is first asked for. Its zero value is ready. An event may use its
// own vCPU's T without a lock; who uses another's, or all of them in an Exit that may come while vCPUs run, has
// T be something atomic or guards it.
type PerCPU[T any] struct {
	mu sync.Mutex
	// list is by index. Elements are published through their own pointers, a longer list by this one.
	list atomic.Pointer[[]atomic.Pointer[perCPU[T]]]
}

// perCPU keeps the values of vCPUs on cache lines of their own.
type perCPU[T any] struct {
	v T
	_ [64]byte
}

// At returns the T of c's vCPU.
func (p *PerCPU[T]) At(c *CPU) *T {
	i := c.Index()
	if l := p.list.Load(); l != nil && i < len(*l) {
		if e := (*l)[i].Load(); e != nil {
			return &e.v
		}
	}
	return p.grow(i)
}

func (p *PerCPU[T]) grow(i int) *T {
	p.mu.Lock()
	defer p.mu.Unlock()
	var l []atomic.Pointer[perCPU[T]]
	if q := p.list.Load(); q != nil {
		l = *q
	}
	if i >= len(l) {
		n := make([]atomic.Pointer[perCPU[T]], max(8, i+1, 2*len(l)))
		for k := range l {
			n[k].Store(l[k].Load())
		}
		l = n
		p.list.Store(&n)
	}
	e := l[i].Load()
	if e == nil {
		e = new(perCPU[T])
		l[i].Store(e)
	}
	return &e.v
}

// Drop forgets the T of c's vCPU, when it ends.
func (p *PerCPU[T]) Drop(c *CPU) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if l := p.list.Load(); l != nil && c.Index() < len(*l) {
		(*l)[c.Index()].Store(nil)
	}
}

// Get returns the T of the vCPU with an index, or nil.
func (p *PerCPU[T]) Get(index int) *T {
	if l := p.list.Load(); l != nil && uint(index) < uint(len(*l)) {
		if e := (*l)[index].Load(); e != nil {
			return &e.v
		}
	}
	return nil
}

// Each calls f for every T there is, by vCPU index.
func (p *PerCPU[T]) Each(f func(index int, v *T)) {
	l := p.list.Load()
	if l == nil {
		return
	}
	for i := range *l {
		if e := (*l)[i].Load(); e != nil {
			f(i, &e.v)
		}
	}
}
