// Package bigstack, by being imported, makes the stack of a program's main goroutine as large as a run of gotcg needs, while there
// is nothing on it: to grow it step by step would copy it, and look up every frame, four times before and in main. It imports
// nothing, so it is initialized before nearly all else.
package bigstack

// size is that of a stack frame; the stack becomes the next larger power of 2, in bytes.
const size = 24 << 10

var never bool

func init() { grow() }

//go:noinline
func grow() {
	if never { // only the size of the frame counts
		var room [size]byte
		use(room[:])
	}
}

//go:noinline
func use(room []byte) { never = room[0] == room[1] }
