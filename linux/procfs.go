//go:build linux

package linux

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/gotcg/gotcg/linux/abi"
)

// Files of /proc/self that describe the guest and not gotcg, proc(5). What the guest does not have of
// its own (times, identity, page faults) is the host process's.

// procTask splits "task/TID/rest". ok is false for anything else, and for a thread that does not exist.
func (t *Task) procTask(rest string) (who *Task, file string, ok bool) {
	id, ok := strings.CutPrefix(rest, "task/")
	if !ok {
		return nil, "", false
	}
	id, file, _ = strings.Cut(id, "/")
	tid, err := strconv.Atoi(id)
	if err != nil {
		return nil, "", false
	}
	who = t.p.byTID(tid)
	return who, file, who != nil
}

// resolveProcTask resolves the directory of threads and what is in it. The host's own of the same kind
// stands in for what is only looked at.
func (t *Task) resolveProcTask(rest string) (r pathRef, e abi.Errno, done bool) {
	host := "/proc/self/task"
	if rest != "task" {
		_, file, ok := t.procTask(rest)
		if !ok {
			return r, abi.ENOENT, true
		}
		if _, ok = t.procGenerated(file); file != "" && !ok {
			return r, abi.ENOENT, true
		}
		host += "/" + strconv.Itoa(os.Getpid()) + "/" + file
	}
	return pathRef{dir: unix.AT_FDCWD, name: host, own: -1}, 0, true
}

// procGenerated returns the contents of a file that is made up when it is opened.
func (t *Task) procGenerated(rest string) ([]byte, bool) {
	p, who := t.p, p0(t.p, t)
	if w, file, ok := t.procTask(rest); ok {
		who, rest = w, file
	}
	switch rest {
	case "comm":
		return []byte(who.Name() + "\n"), true
	case "stat":
		return []byte(p.statText(who)), true
	case "status":
		return []byte(p.statusText(who)), true
	case "statm":
		pages := p.mappedBytes() / abi.PageSize
		return fmt.Appendf(nil, "%d %d 0 0 0 %d 0\n", pages, min(pages, residentPages()), pages), true
	case "limits":
		return []byte(p.limitsText()), true
	}
	return nil, false
}

// procComm returns the thread whose name the file is, or nil.
func (t *Task) procComm(rest string) *Task {
	if rest == "comm" {
		return p0(t.p, t)
	}
	if who, file, ok := t.procTask(rest); ok && file == "comm" {
		return who
	}
	return nil
}

// setName gives a thread the name that the last write to f, of n bytes, left there.
func (f *file) setName(n int) {
	var b [15]byte
	at, err := unix.Seek(f.host, 0, unix.SEEK_CUR)
	if err != nil || at < int64(n) {
		return
	}
	k, err := unix.Pread(f.host, b[:min(n, len(b))], at-int64(n))
	if err != nil {
		return
	}
	name, _, _ := strings.Cut(string(b[:k]), "\x00")
	f.names.name.Store(&name)
}

// p0 returns the task that /proc/self is about: the process's first one, or t when that has ended.
func p0(p *Process, t *Task) *Task {
	if l := p.byTID(p.pid); l != nil {
		return l
	}
	return t
}

// byTID returns the live task with this thread id, or nil.
func (p *Process) byTID(tid int) *Task {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tasks[tid]
}

// mappedBytes is the size of everything mapped.
func (p *Process) mappedBytes() (n uint64) {
	for _, r := range p.as.Regions() {
		n += r.Size
	}
	return n
}

// residentPages is the resident size of the host process.
func residentPages() uint64 {
	b, _ := os.ReadFile("/proc/self/statm")
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0
	}
	n, _ := strconv.ParseUint(f[1], 10, 64)
	return n
}

// Fields of /proc/PID/stat after the name, counted from the state at 0.
const (
	statThreads = 17
	statVsize   = 20
	statCode    = 23 // startcode, endcode, startstack, kstkesp, kstkeip
	statSignals = 28 // pending, blocked, ignored, caught
)

// statText is /proc/PID/stat of a thread.
func (p *Process) statText(t *Task) string {
	b, _ := os.ReadFile("/proc/self/stat")
	_, after, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(after)
	set := func(i int, v uint64) {
		if i < len(f) {
			f[i] = strconv.FormatUint(v, 10)
		}
	}
	if len(f) > 0 {
		f[0] = "R" // whoever asks runs
	}
	set(statThreads, uint64(len(p.Tasks())))
	set(statVsize, p.mappedBytes())
	for i := range 5 {
		set(statCode+i, 0)
	}
	for i := range 4 {
		set(statSignals+i, 0)
	}
	return fmt.Sprintf("%d (%s) %s\n", t.tid, t.Name(), strings.Join(f, " "))
}

// statusHidden are lines of the host's /proc/self/status that say nothing of the guest.
var statusHidden = []string{"SigQ", "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt", "VmPeak", "VmLck", "VmPin", "VmExe", "VmLib", "VmPTE", "VmData", "VmStk"}

// statusText is /proc/PID/status of a thread.
func (p *Process) statusText(t *Task) string {
	b, _ := os.ReadFile("/proc/self/status")
	var out strings.Builder
	for _, line := range strings.SplitAfter(string(b), "\n") {
		key, _, _ := strings.Cut(line, ":")
		switch {
		case key == "Name":
			line = fmt.Sprintf("Name:\t%s\n", t.Name())
		case key == "Umask":
			line = fmt.Sprintf("Umask:\t%04o\n", p.fs.mask())
		case key == "Pid":
			line = fmt.Sprintf("Pid:\t%d\n", t.tid)
		case key == "Tgid":
			line = fmt.Sprintf("Tgid:\t%d\n", p.pid)
		case key == "Threads":
			line = fmt.Sprintf("Threads:\t%d\n", len(p.Tasks()))
		case key == "VmSize":
			line = fmt.Sprintf("VmSize:\t%8d kB\n", p.mappedBytes()/1024)
		case slices.Contains(statusHidden, key):
			continue
		}
		out.WriteString(line)
	}
	return out.String()
}

// limitNames are the names and units of /proc/PID/limits by RLIMIT number.
var limitNames = [abi.RLIM_NLIMITS][2]string{
	{"cpu time", "seconds"}, {"file size", "bytes"}, {"data size", "bytes"}, {"stack size", "bytes"}, {"core file size", "bytes"},
	{"resident set", "bytes"}, {"processes", "processes"}, {"open files", "files"}, {"locked memory", "bytes"}, {"address space", "bytes"},
	{"file locks", "locks"}, {"pending signals", "signals"}, {"msgqueue size", "bytes"}, {"nice priority", ""}, {"realtime priority", ""},
	{"realtime timeout", "us"},
}

// limitsText is /proc/PID/limits.
func (p *Process) limitsText() string {
	p.limMu.Lock()
	defer p.limMu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units")
	num := func(v uint64) string {
		if v == abi.RLIM_INFINITY {
			return "unlimited"
		}
		return strconv.FormatUint(v, 10)
	}
	for i, l := range p.limits {
		fmt.Fprintf(&b, "Max %-21s %-20s %-20s %-10s\n", limitNames[i][0], num(l.Cur), num(l.Max), limitNames[i][1])
	}
	return b.String()
}

// taskEntries lists the guest's threads as directory entries.
func (p *Process) taskEntries() []abi.Dirent {
	out := []abi.Dirent{{Ino: 1, Type: abi.DT_DIR, Name: "."}, {Ino: 1, Type: abi.DT_DIR, Name: ".."}}
	for _, t := range p.Tasks() {
		out = append(out, abi.Dirent{Ino: uint64(t.tid) + 2, Type: abi.DT_DIR, Name: strconv.Itoa(t.tid)})
	}
	for i := range out {
		out[i].Off = int64(i) + 1
	}
	return out
}
