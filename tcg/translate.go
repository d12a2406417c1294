package tcg

import (
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
	"github.com/gotcg/gotcg/softmmu"
	"github.com/gotcg/gotcg/tcg/interp"
	"github.com/gotcg/gotcg/tcg/ir"
)

// Engine flags of a TBKey: each makes a different translation of the same code.
const (
	// flagOne: one instruction, never chained.
	flagOne = 1 << iota
	// flagLimit: instructions are counted in counter slot limitSlot; never chained.
	flagLimit
	// flagPass: a break at the block's first instruction is ignored.
	flagPass
	// flagStep: with flagOne, one iteration of a repeated string instruction.
	flagStep
	// flagNoWatch: accesses stop nowhere.
	flagNoWatch
)

// Counter slots of the engine's own. Those from FirstSlot on are the Instrumenter's.
const (
	// limitSlot is the counter that flagLimit blocks count in.
	limitSlot = iota
	// What Config.Count counts: instructions and blocks begun, indirect jumps.
	insnSlot
	blockSlot
	indirectSlot
	// The same of regions: how often they were entered, their instructions, their indirect jumps and those of them that left.
	regionSlot
	regionInsnSlot
	regionIndirectSlot
	regionLeftSlot
	// FirstSlot is the Instrumenter's first.
	FirstSlot
)

// maxStale bounds how often a block is translated again because it was forgotten meanwhile.
const maxStale = 4

// fetch reads instruction bytes at pc into e.code, after the n that are there, until there are want of them or the
// next cannot be had, and returns how many there are; with none, the fault says why.
func (e *Engine) fetch(pc uint64, n, want int) (int, softmmu.Fault) {
	var fault softmmu.Fault
	for n < want {
		a := softmmu.Addr(pc + uint64(n))
		if n > 0 && a == 0 {
			break // the top of the address space
		}
		chunk := min(want-n, int(softmmu.PageSize-uint64(a)%softmmu.PageSize))
		got, f := e.mem.Fetch(a, e.code[n:n+chunk])
		n += got
		if fault = f; !fault.OK() {
			break
		}
	}
	return n, fault
}

// firstFetch is how many bytes of code are fetched for a block at first: enough for most.
const firstFetch = 128

// begin registers the translation of the block at pc, and returns the breaks it must heed.
func (e *Engine) begin(pc uint64) (breaks map[uint64]int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.making.from, e.making.stale = e.making.from[:0], false
	e.making.add(pc, len(e.code))
	return e.breaks
}

// translateOne fills b with the instruction at key, for a block that nobody else sees.
func (e *Engine) translateOne(b *ir.Builder, key cpu.TBKey) (ok bool, fault softmmu.Fault) {
	e.translating.Lock()
	defer e.translating.Unlock()
	return e.translateBlock(b, key, e.begin(key.PC), 1, false)
}

// translateBlock fills b with the block at key, at most maxInsns instructions, with basic up to the first branch, and
// reports the fault when nothing can be fetched. The translation lock is held.
func (e *Engine) translateBlock(b *ir.Builder, key cpu.TBKey, breaks map[uint64]int, maxInsns int, basic bool) (ok bool, fault softmmu.Fault) {
	want := firstFetch
	n, fault := e.fetch(key.PC, 0, want)
	text := e.code[:n]
	e.fetched, e.endsInCall = n, false
	b.Reset(key.PC)
	b.Hook, b.OneIteration, b.Tags = nil, false, e.tags.Load()
	if key.PC%uint64(e.arch.InsnAlign) != 0 {
		raise(b, key.PC, ir.ExcAlign)
		return true, softmmu.Fault{}
	}
	if key.Flags&flagOne != 0 {
		maxInsns = 1
	}
	instr := e.cfg.Instr
	if instr != nil && instr.Unused() {
		instr = nil
	}
	basic = basic || instr != nil && instr.BasicBlocks()
	warm := e.cold != nil && !basic && key.Flags == 0 // it has been interpreted before
	plain := instr == nil && key.Flags == 0 && !e.cfg.Count && len(e.watches) == 0
	heed := len(breaks) > 0
	page := int(softmmu.PageSize - key.PC%softmmu.PageSize) // the offset of the page's end
	for off := 0; ; off = b.Len {
		pc := key.PC + uint64(off)
		if heed && breaks[pc] > 0 && !(off == 0 && key.Flags&flagPass != 0) {
			if off == 0 {
				raise(b, pc, ir.ExcStop)
				return true, softmmu.Fault{}
			}
			break
		}
		if n == want && want < len(e.code) && off+e.arch.MaxInsnLen > n {
			want = len(e.code)
			n, fault = e.fetch(key.PC, n, want)
			text = e.code[:n]
			e.fetched = n
		}
		mark, exits := len(b.Ops), b.Exits
		var r cpu.Result
		if plain && !heed && e.arch.TranslateRun != nil {
			r = e.arch.TranslateRun(b, pc, text[off:], key.Mode, cpu.Run{Len: min(page, n-e.arch.MaxInsnLen+1), Insns: maxInsns, Temps: maxTemps + 1})
		} else {
			b.Insn(pc)
			e.instrument(b, instr, key.Flags, pc, text[off:], off == 0)
			r = e.arch.Translate(b, pc, text[off:], key.Mode)
			b.Ops[mark].Aux = uint8(r.Len)
			b.Len += r.Len
			if r.Short {
				b.Ops = b.Ops[:mark]
				b.Insns--
			}
		}
		if r.Short {
			if b.Len == 0 {
				return false, fault
			}
			break
		}
		if r.End {
			e.endsInCall = r.Flow == cpu.FlowCall
			e.countIndirect(b)
			return true, softmmu.Fault{}
		}
		if b.Insns >= maxInsns || b.Len >= min(page, n) || len(b.Temps) > maxTemps ||
			len(b.Helpers) > 0 && helperStores(b, mark) {
			break
		}
		if b.Exits != exits && (basic || warm && sideExit(b) && !e.reaches(cpu.TBKey{PC: key.PC + uint64(b.Len), Mode: key.Mode})) {
			break
		}
		if instr != nil && instr.EndBlock() { // in a region, too: its pieces are such blocks
			instr.Cut(key.PC + uint64(b.Len))
			break
		}
	}
	b.ExitTB(key.PC+uint64(b.Len), false)
	return true, softmmu.Fault{}
}

// raise makes the block one that only ends with an exception.
func raise(b *ir.Builder, pc uint64, kind ir.ExcKind) {
	b.Insn(pc)
	b.ExitExc(kind, pc, ir.NoTemp)
	b.Len = 1
}

// count adds n to an engine's counter where Config.Count asks for it.
func (e *Engine) count(b *ir.Builder, slot uint32, n int32) {
	if e.cfg.Count {
		b.Emit(ir.Op{Code: ir.Counter, Imm: ir.CounterImm(slot, n)})
	}
}

// countIndirect makes a block that ends in an indirect jump count it.
func (e *Engine) countIndirect(b *ir.Builder) {
	if last := len(b.Ops) - 1; e.cfg.Count && b.Ops[last].Code == ir.ExitPtr {
		exit := b.Ops[last]
		b.Ops = b.Ops[:last]
		e.count(b, indirectSlot, 1)
		b.Emit(exit)
	}
}

// helperStores tells whether a helper called by the ops from mark on may have written over the block.
func helperStores(b *ir.Builder, mark int) bool {
	for i := mark; i < len(b.Ops); i++ {
		if o := &b.Ops[i]; o.Code == ir.Call && b.Helpers[o.Imm].Stores {
			return true
		}
	}
	return false
}

// maxTemps bounds a block's temps, far below what a Temp can number.
const maxTemps = 6000

// instrument puts what is observed of the instruction at pc into b; first: tier one has a block that begins with it.
func (e *Engine) instrument(b *ir.Builder, instr Instrumenter, flags uint32, pc uint64, code []byte, first bool) {
	if flags&flagLimit != 0 {
		b.Emit(ir.Op{Code: ir.Counter, Imm: ir.CounterImm(limitSlot, 1)})
	}
	e.count(b, insnSlot, 1)
	if first {
		e.count(b, blockSlot, 1)
	}
	if instr != nil {
		instr.Insn(b, e.arch, pc, code, first)
		b.Hook = instr.MemHook(pc)
	} else {
		b.Hook = nil
	}
	e.watch(b, flags)
}

// translate makes the TB for key, or returns the fetch fault; or neither, when there is no room for it now, or
// when it is forgotten as fast as it is made. v is at a quiescent point; when entered was e.entered there was no TB.
func (v *VCPU) translate(key cpu.TBKey, entered uint64) (*TB, softmmu.Fault) {
	e, j := v.e, v.e.jit
	v.quiesce()
	e.translating.Lock()
	defer e.translating.Unlock()
	if e.entered != entered {
		if tb := e.find(key); tb != nil {
			return tb, softmmu.Fault{} // somebody else has made it meanwhile
		}
	}
	maxInsns := e.cfg.MaxInsns
	for stale := 0; stale < maxStale; {
		if j != nil && j.full && !j.advance(v) {
			break
		}
		tb, fault, err := e.makeTB(key, maxInsns)
		switch {
		case err == errFull:
			j.full = true
		case err == errCut:
			if maxInsns = e.b.Insns / 2; maxInsns == 0 {
				return nil, softmmu.Fault{}
			}
		case tb == nil:
			return nil, fault
		case e.enter(tb):
			v.coolDown(key)
			return tb, softmmu.Fault{}
		default:
			tb.gone.Store(true)
			stale++
		}
	}
	return nil, softmmu.Fault{}
}

// processStart makes time.Since a clock, of half the cost of time.Now.
var processStart = time.Now()

// makeTB makes the TB for key, or returns the fetch fault, or the error of compile.
func (e *Engine) makeTB(key cpu.TBKey, maxInsns int) (tb *TB, fault softmmu.Fault, err error) {
	phase := "translate"
	var start time.Duration
	if e.cfg.Count {
		start = time.Since(processStart)
	}
	defer func() {
		if r := recover(); r != nil {
			panic(e.internalError(phase, key, e.b, r))
		}
	}()
	ok, fault := e.translateBlock(e.b, key, e.begin(key.PC), maxInsns, false)
	if !ok {
		return nil, fault, nil
	}
	b := &e.b.Block
	var observed *jumpProfile
	if len(e.jumps) > 0 && key.Flags == 0 {
		observed = e.observeEnd()
	}
	e.logBlock(debuglog.InAsm|debuglog.Op, key.PC)
	phase = "verify"
	if e.cfg.Verify {
		if err := ir.Verify(b); err != nil {
			panic(err)
		}
	}
	tb = e.newTB()
	tb.Key, tb.Len, tb.Insns, tb.accesses, tb.call = key, b.Len, b.Insns, b.Accesses, e.endsInCall
	tb.observed = observed
	if e.jit == nil || e.cfg.Lockstep {
		// The interpreter runs what the translator made: it is the optimizer's oracle too, and can
		// leave at every instruction with the whole State when the block is overwritten.
		tb.block = cloneBlock(b)
	}
	if e.jit == nil {
		if _, err := e.prep.Prepare(b, interp.NeedStale); err != nil {
			return nil, softmmu.Fault{}, errCut
		}
		words := make([]uint64, e.prep.Words()+1)
		shape, rare, ok := e.prep.Keep(words)
		if !ok {
			return nil, softmmu.Fault{}, errCut
		}
		p := interp.Kept(b.PC, &words[0], shape, rare)
		tb.prog = &p
	}
	if e.jit != nil || e.log.On(debuglog.OpOpt) {
		phase = "optimize"
		e.opt.Run(b)
		e.logBlock(debuglog.OpOpt, key.PC)
		if e.cfg.Verify {
			if err := ir.Verify(b); err != nil {
				panic(err)
			}
		}
	}
	if e.jit != nil {
		phase = "compile"
		if err := e.jit.compile(tb, b); err != nil {
			return nil, softmmu.Fault{}, err
		}
	}
	e.compiled()
	e.stats.translatedInsns.Add(uint64(b.Insns))
	e.stats.translatedBytes.Add(uint64(b.Len))
	if e.cfg.Count {
		e.stats.translateTime.Add(int64(time.Since(processStart) - start))
	}
	return tb, softmmu.Fault{}, nil
}

// newTB returns a TB out of several allocated at once.
func (e *Engine) newTB() *TB {
	if len(e.spare) == 0 {
		e.spare = make([]TB, 16)
	}
	tb := &e.spare[0]
	e.spare = e.spare[1:]
	return tb
}

func cloneBlock(b *ir.Block) *ir.Block {
	c := *b
	c.Ops = append([]ir.Op(nil), b.Ops...)
	c.Temps = append([]ir.TempInfo(nil), b.Temps...)
	c.Helpers = append([]*ir.Helper(nil), b.Helpers...)
	return &c
}

// InternalError is a contradiction inside gotcg, met while running a guest: never the guest's fault.
// The vCPU's State is that of before the block.
type InternalError struct {
	// Text says what contradicts what; Detail, where: phase, guest PC and code, IR, stack.
	Text, Detail string
}

func (x *InternalError) Error() string {
	return "internal error of gotcg (please report): " + x.Text + "\n" + x.Detail
}

// internalError describes what was met while translating the block at key into b.
func (e *Engine) internalError(phase string, key cpu.TBKey, b *ir.Builder, r any) *InternalError {
	code := make([]byte, b.Len+e.arch.MaxInsnLen)
	code = code[:e.mem.Peek(softmmu.Addr(key.PC), code)]
	return &InternalError{fmt.Sprint(r), fmt.Sprintf("phase %s, guest pc %#x, code % x\n%s\n%s",
		phase, key.PC, code, ir.Format(&b.Block), debug.Stack())}
}

// logBlock prints the block in e.b under the items that are on.
func (e *Engine) logBlock(items debuglog.Item, pc uint64) {
	if !e.log.OnAt(items, pc) {
		return
	}
	if items&debuglog.InAsm != 0 && e.log.On(debuglog.InAsm) {
		e.log.Printf("----------------\nIN: \n%s\n", e.disasTB(&e.b.Block))
	}
	if items&debuglog.Op != 0 && e.log.On(debuglog.Op) {
		e.log.Printf("OP:\n%s\n", ir.Format(&e.b.Block))
	}
	if items&debuglog.OpOpt != 0 && e.log.On(debuglog.OpOpt) {
		e.log.Printf("OP after optimization:\n%s\n", ir.Format(&e.b.Block))
	}
}

// disasTB lists the guest instructions of a block, from guest memory.
func (e *Engine) disasTB(b *ir.Block) string {
	var s strings.Builder
	for i := range b.Ops {
		o := &b.Ops[i]
		if o.Code != ir.InsnStart {
			continue
		}
		code := make([]byte, o.Aux)
		code = code[:e.mem.Peek(softmmu.Addr(o.Imm), code)]
		text, _ := e.arch.Disas(code, uint64(o.Imm))
		fmt.Fprintf(&s, "0x%08x:  %-24x %s\n", uint64(o.Imm), code, text)
	}
	return s.String()
}
