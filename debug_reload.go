package gotcg

import (
	"fmt"
	"os"

	"github.com/gotcg/gotcg/linux"
)

// reload begins the program anew, or another one: file is its name for the guest, empty for the same; args
// are the arguments behind its name, nil for the same. Not while Run executes.
func (m *Machine) reload(file string, args []string) error {
	old := m.proc
	path, exe := old.Image().Path, old.Exe()
	if file != "" && file != exe && file != path {
		f, err := old.Open(file)
		if err != nil {
			return fmt.Errorf("gotcg: %w", err)
		}
		defer f.Close()
		path, exe = fmt.Sprintf("/proc/self/fd/%d", f.Fd()), file
	}
	img, program, err := openImage(path)
	if err != nil {
		return fmt.Errorf("gotcg: %w", err)
	}
	defer program.Close()
	if img.Arch != old.ABI() {
		return fmt.Errorf("gotcg: %s is a program for %v", file, img.Arch)
	}
	name := exe
	if file == "" && len(m.cfg.Args) > 0 {
		name = m.cfg.Args[0]
	}
	if args != nil || file != "" {
		m.cfg.Args = append([]string{name}, args...)
	}
	return m.restart(img, program, exe)
}

// restart gives the machine a new vCPU and empty memory, and loads img, open as file.
func (m *Machine) restart(img *linux.Image, file *os.File, exe string) error {
	m.proc.Close()
	m.vcpu.Retire()
	for _, r := range m.mem.Regions() {
		if err := m.mem.Unmap(r.Start, r.Size); err != nil {
			return fmt.Errorf("gotcg: %w", err)
		}
	}
	m.eng.Flush()
	m.vcpu = m.eng.NewVCPU()
	m.debug.main = &thread{m: m, v: m.vcpu}
	m.cur = nil
	m.vcpu.SetLimit(m.limit)
	return m.start(img, file, exe)
}
