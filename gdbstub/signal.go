package gdbstub

// gdbSignals are gdb's numbers of Linux's signals 1 to 31 (gdb's include/gdb/signals.def names them in
// its own order). Real-time signals: 32 is 77, 33 to 63 are 45 to 75, 64 is 78.
var gdbSignals = [32]int{
	1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, // HUP INT QUIT ILL TRAP ABRT
	7: 10, 8: 8, 9: 9, 10: 30, 11: 11, 12: 31, // BUS FPE KILL USR1 SEGV USR2
	13: 13, 14: 14, 15: 15, 16: 143, 17: 20, // PIPE ALRM TERM STKFLT CHLD
	18: 19, 19: 17, 20: 18, 21: 21, 22: 22, // CONT STOP TSTP TTIN TTOU
	23: 16, 24: 24, 25: 25, 26: 26, 27: 27, // URG XCPU XFSZ VTALRM PROF
	28: 28, 29: 23, 30: 32, 31: 12, // WINCH IO PWR SYS
}

const unknownSignal = 143

// gdbSignal returns gdb's number of the guest's signal.
func gdbSignal(n int) int {
	switch {
	case n == 0:
		return 0
	case n > 0 && n < len(gdbSignals):
		return gdbSignals[n]
	case n == 32:
		return 77
	case n >= 33 && n <= 63:
		return n - 33 + 45
	case n == 64:
		return 78
	}
	return unknownSignal
}

// guestSignal is the inverse of gdbSignal; what has no number is 0.
func guestSignal(n int) int {
	for i := 1; i <= 64; i++ {
		if s := gdbSignal(i); s == n && s != unknownSignal {
			return i
		}
	}
	return 0
}

// wireSignal and fromWire convert between the guest's numbers and the client's.
func (c *session) wireSignal(n int) int {
	if c.lldb {
		return n
	}
	return gdbSignal(n)
}

func (c *session) fromWire(n int) int {
	if !c.lldb {
		return guestSignal(n)
	}
	if n < 0 || n > 64 {
		return 0
	}
	return n
}
