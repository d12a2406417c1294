// Package rest, by being imported, lets the Go runtime's monitor thread rest from the start of a program on. It depends on nothing
// else, so it is initialized before nearly all else.
//
// While goroutines run, the monitor (sysmon) sleeps 20 us at a time for the first 50 times, which takes a sixth of the
// processor time of a run of 5 ms. Here each sleep may last a millisecond longer: by the thread's timer slack
// (PR_SET_TIMERSLACK(2const)), which only a thread itself can set, so that a signal makes it do so. Goroutines are
// still preempted, up to a millisecond later; but when one waits in a system call, others get its processor that much later:
// End is to be called where more than one has work. A thread that the monitor makes meanwhile keeps its slack.
//
// It is for the command: the runtime is the host program's own otherwise.
package rest
