package instrument

// InsnPlugin gets a call before instructions it chooses.
type InsnPlugin interface {
	// NeedsBeforeInsn is asked at translation and again at each execution.
	NeedsBeforeInsn(pc uint64, c *CPU) bool
	BeforeInsn(pc uint64, c *CPU)
}

// MemPlugin gets a call before memory accesses of instructions it chooses. The value is known for
// stores only.
type MemPlugin interface {
	NeedsBeforeMem(pc uint64, c *CPU) bool
	BeforeMem(pc uint64, c *CPU, a Access)
}

// AfterMemPlugin gets a call after memory accesses that succeeded, with their value.
type AfterMemPlugin interface {
	NeedsAfterMem(pc uint64, c *CPU) bool
	AfterMem(pc uint64, c *CPU, a Access)
}

// BlockPlugin gets a call before basic blocks it chooses; pc is the block's first instruction. A block ends at a branch
// or a repeated string instruction, or earlier (at a page's end, after 64 instructions).
type BlockPlugin interface {
	NeedsBeforeBlock(pc uint64, c *CPU) bool
	BeforeBlock(pc uint64, c *CPU)
}

// Inliner puts counters into translations. Inline is called once for every instruction translated.
type Inliner interface {
	Inline(in *Insn)
}

// BlockObserver makes blocks end at every branch, as a BlockPlugin does, for an Inliner that looks at
// Insn.First.
type BlockObserver interface {
	ObservesBlocks() bool
}

// StateUser says what guest registers a plugin's events look at; a plugin that is none may look at all.
type StateUser interface {
	UsesState() StateUse
}

// StateUse is what of the guest's registers must be in place at an event.
type StateUse uint8

const (
	// StateRead: registers may be read.
	StateRead StateUse = iota
	// StateNone: registers are not looked at (CPU.ReadRegister gives nonsense).
	StateNone
)

// NonFlusher is a plugin that says it never calls Instance.Flush from an event. Instructions with events of
// other plugins end their translation block, so that a flush takes effect at the very next instruction.
type NonFlusher interface {
	NeverFlushes() bool
}

// Concurrent is a plugin that guards what its vCPUs share: its events come on several vCPUs at once, and so do its
// questions at execution. Those of a plugin that does not say so come one at a time, under a lock of its own.
// Exit comes with or after the last event; a Concurrent plugin that is removed while vCPUs run may have
// events under way on others.
type Concurrent interface {
	EventsConcurrent() bool
}

// Exiter is told when the run is over, however it ended, and prints its results.
type Exiter interface {
	Exit()
}

// Access is a guest memory access.
type Access struct {
	Addr uint64 // guest virtual; without its tag (AArch64)
	Size uint8  // bytes: 1 to 16
	// Load, Store: both for an atomic read-modify-write.
	Load, Store bool
	// Known: Value is what was stored or loaded. For an atomic operation it is the operand before
	// the access and the old value after it.
	Known bool
	// Value is the value, little-endian: low and high 64 bits, zero beyond Size.
	Value [2]uint64
}

// Host is what this package needs of who runs the guest (the root package implements it).
type Host interface {
	// Log writes text to the emulator's log.
	Log(text string)
	// Flush drops all translations. It is called without the engine's lock.
	Flush()
	// ReadMemory copies guest memory without side effects; false: not all of it is readable.
	ReadMemory(addr uint64, buf []byte) bool
	// Counters returns the scoreboard of every vCPU there has been, by index. That of a vCPU that has ended
	// may be cut after the last slot that was in use then.
	Counters() [][]uint64
}
