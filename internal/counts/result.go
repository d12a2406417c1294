package main

import (
	"cmp"
	"debug/elf"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/cpu/arm64"
	"github.com/gotcg/gotcg/cpu/x86"
)

// image is what is asked of a program's file.
type image struct {
	x64  bool
	arch *cpu.Arch
	syms []elf.Symbol // functions by address
	// entry is the entry point in the file; pie tells that it is loaded anywhere.
	entry uint64
	pie   bool
	sp    uint64 // the stack pointer at the entry under gotcg
}

func readImage(path string) (*image, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img := &image{x64: f.Machine == elf.EM_X86_64, arch: arm64.Arch(), entry: f.Entry, pie: f.Type == elf.ET_DYN}
	if img.x64 {
		img.arch = x86.Arch
	}
	all, err := f.Symbols()
	if err != nil {
		return img, nil // stripped
	}
	for _, s := range all {
		if t := elf.ST_TYPE(s.Info); t == elf.STT_FUNC || t == elf.STT_GNU_IFUNC || t == elf.STT_NOTYPE && s.Name[0] != '$' {
			img.syms = append(img.syms, s)
		}
	}
	slices.SortStableFunc(img.syms, func(a, b elf.Symbol) int { return cmp.Compare(a.Value, b.Value) })
	return img, nil
}

func (img *image) qemu() string {
	if img.x64 {
		return "qemu-x86_64"
	}
	return "qemu-aarch64"
}

// bias returns by how much addresses at run time are higher than in the file, given the entry's.
func (img *image) bias(entry uint64) uint64 {
	if !img.pie {
		return 0
	}
	return entry - img.entry
}

// gdbSP is gdb's number of the stack pointer, in hexadecimal.
func (img *image) gdbSP() string {
	if img.x64 {
		return "7"
	}
	return "1f"
}

// function names the function around an address.
func (img *image) function(pc uint64) string {
	i := sort.Search(len(img.syms), func(i int) bool { return img.syms[i].Value > pc })
	if i == 0 {
		return fmt.Sprintf("%#x", pc&^0xfff)
	}
	return img.syms[i-1].Name
}

// result is everything counted of a subject.
type result struct {
	subject
	img    *image
	counts [][]uint64 // by insn-count, for each of configs and vCPU
	// threads are the numbers of lines that QEMU logged of each thread, ascending; nil: there is one only.
	threads []uint64
	insns   histogram
	// logged is how many lines QEMU should have for each repeated string instruction that ran.
	logged     histogram
	iterations uint64
	output     string
	// plain, processor and same are what QEMU logged as it is, with gotcg's processor, and with
	// gotcg's processor and auxiliary vector.
	plain, processor, same histogram
	runs                   int // how many runs it took to get same
}

// linesOfRep is the number of lines QEMU 10.0 logs for a repeated string instruction that takes RCX from
// before to after. It loops within a block, but ends the block when the low 16 bits of RCX become 0; as
// observed, not after the first iteration. (Older ones log a line an iteration.)
func linesOfRep(before, after uint64) uint64 {
	lines := uint64(1)
	for m := (after + 1<<16) &^ 0xffff; m != 0 && m+2 <= before; m += 1 << 16 {
		lines++
	}
	return lines
}

// agree reports whether the counts of all configurations and the trace agree, and for a program with threads
// those of QEMU's threads.
func (r *result) agree() bool {
	for _, n := range r.counts {
		if !slices.Equal(n, r.counts[0]) {
			return false
		}
	}
	return sum(r.counts[0]) == r.insns.total() && r.threadsAgree()
}

func (r *result) threadsAgree() bool {
	n := slices.Sorted(slices.Values(r.counts[0]))
	return len(n) == 1 || r.threads == nil || slices.Equal(n, r.threads)
}

func sum(l []uint64) (n uint64) {
	for _, v := range l {
		n += v
	}
	return n
}

// explained reports whether nothing but repeated string instructions is left between gotcg and a QEMU with
// gotcg's processor and auxiliary vector, in any function.
func (r *result) explained() bool {
	_, equal := r.detours()
	return r.agree() && equal
}

// unexplained returns how QEMU's lines differ from those expected, by address.
func (r *result) unexplained() map[uint64]int64 {
	want := maps.Clone(r.insns)
	maps.Copy(want, r.logged)
	return differences(r.same, want)
}

// byFunction adds differences up by function.
func (r *result) byFunction(d map[uint64]int64) map[string]int64 {
	sums := map[string]int64{}
	for pc, n := range d {
		sums[r.img.function(pc)] += n
	}
	return sums
}

// detours returns how many instructions ran at other addresses of the same function, and whether each
// function ran as many as it should: the identity of a processor (MIDR, the ways of its caches) decides
// which of several branches of equal length is taken.
func (r *result) detours() (n int64, equal bool) {
	d := r.unexplained()
	for _, v := range d {
		n += max(v, 0)
	}
	for _, v := range r.byFunction(d) {
		if v != 0 {
			return n, false
		}
	}
	return n, true
}

// differences returns a-b by address where it is not 0.
func differences(a, b histogram) map[uint64]int64 {
	d := map[uint64]int64{}
	for pc, n := range a {
		d[pc] = int64(n - b[pc])
	}
	for pc, n := range b {
		d[pc] = int64(a[pc] - n)
	}
	maps.DeleteFunc(d, func(_ uint64, n int64) bool { return n == 0 })
	return d
}

func (r *result) row() string {
	guest := "AArch64"
	if r.img.x64 {
		guest = "x86-64"
	}
	plain, proc := int64(r.plain.total()), int64(r.processor.total())
	same, ours := int64(r.same.total()), int64(sum(r.counts[0]))
	modes := "all six equal"
	if !r.agree() {
		modes = fmt.Sprint(r.counts, r.insns.total(), r.threads)
	}
	threads := "1"
	if n := len(r.counts[0]); n > 1 {
		threads = fmt.Sprintf("%d, each equal", n)
	}
	exact := "every address"
	switch n, equal := r.detours(); {
	case !equal:
		exact = fmt.Sprintf("UNEXPLAINED %+d", same-ours-r.repExtra())
	case n != 0:
		exact = fmt.Sprintf("every function; %d by another branch", n)
	}
	if r.runs > 1 && r.explained() {
		exact += fmt.Sprintf("; QEMU's run %d, by its random addresses", r.runs)
	}
	command := strings.Join(append([]string{r.label}, r.argv[1:]...), " ")
	return fmt.Sprintf("| `%s` | %s | %d | %d | %d | %d | %d | %s | %s | %s |", strings.ReplaceAll(command, "|", `\|`), guest,
		plain, plain-proc, proc-same, same-ours, ours, threads, modes, exact)
}

// notes names the functions in which the counts differ.
func (r *result) notes() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s):\n", r.label, filepath.Base(r.argv[0]))
	steps := []struct {
		what string
		d    map[uint64]int64
	}{
		{"processor", differences(r.plain, r.processor)},
		{"auxv", differences(r.processor, r.same)},
		{"rep", differences(r.same, r.insns)},
		{"unexplained", r.unexplained()},
	}
	for _, s := range steps {
		sums := r.byFunction(s.d)
		maps.DeleteFunc(sums, func(_ string, n int64) bool { return n == 0 })
		names := slices.Sorted(maps.Keys(sums))
		slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(abs(sums[b]), abs(sums[a])) })
		if len(names) == 0 {
			continue
		}
		fmt.Fprintf(&b, "  %s:", s.what)
		for _, n := range names[:min(len(names), 12)] {
			fmt.Fprintf(&b, " %s %+d", n, sums[n])
		}
		if len(names) > 12 {
			fmt.Fprintf(&b, " and %d more", len(names)-12)
		}
		b.WriteByte('\n')
	}
	if r.iterations != 0 {
		fmt.Fprintf(&b, "  repeated string instructions: %d, iterations: %d\n", r.repeats(), r.iterations)
	}
	return b.String()
}

// repExtra is how many lines more than instructions QEMU has for repeated string instructions.
func (r *result) repExtra() int64 { return int64(r.logged.total() - r.repeats()) }

// repeats is how often a repeated string instruction ran.
func (r *result) repeats() (n uint64) {
	for pc := range r.logged {
		n += r.insns[pc]
	}
	return n
}

func abs(n int64) int64 { return max(n, -n) }
