package hostcode

import (
	"sync"
	"syscall"
	"unsafe"
)

const (
	sysMembarrier               = 324
	membarrierPrivate           = 1 << 3
	membarrierRegisterPrivate   = 1 << 4
	barrierPage                 = 4096
	barrierProt, barrierMapping = syscall.PROT_READ | syscall.PROT_WRITE, syscall.MAP_PRIVATE | syscall.MAP_ANON
)

// Barrier makes every thread of the process that is running execute a full memory barrier between Barrier's call and
// its return, and is one itself (membarrier(2), MEMBARRIER_CMD_PRIVATE_EXPEDITED). So the threads' own side of a
// protocol that needs a store to be seen before a later load costs nothing.
func Barrier() { barrier()() }

var barrier = sync.OnceValue(func() func() {
	if _, _, e := syscall.Syscall(sysMembarrier, membarrierRegisterPrivate, 0, 0); e == 0 {
		return func() { _, _, _ = syscall.Syscall(sysMembarrier, membarrierPrivate, 0, 0) }
	}
	// Not allowed here: taking away a page that is in use interrupts the processors that run this process.
	page, err := syscall.Mmap(-1, 0, barrierPage, barrierProt, barrierMapping)
	if err != nil {
		panic("BUG: hostcode: no memory for a barrier: " + err.Error())
	}
	var mu sync.Mutex
	return func() {
		mu.Lock()
		defer mu.Unlock()
		*(*byte)(unsafe.Pointer(&page[0]))++
		_ = syscall.Mprotect(page, syscall.PROT_NONE)
		_ = syscall.Mprotect(page, barrierProt)
	}
})
