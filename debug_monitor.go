package gotcg

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gotcg/gotcg/instrument"
	"github.com/gotcg/gotcg/internal/debuglog"
)

// monitorCommands are what gdb's monitor takes.
var monitorCommands = []struct {
	name, args, help string
	do               func(m *Machine, arg string) string
}{
	{"help", "", "this list", nil},
	{"plugin load", "NAME[,KEY=VALUE]...", "load a plugin", (*Machine).monitorLoad},
	{"plugin unload", "NAME", "unload a plugin; it prints its results to gotcg's log", (*Machine).monitorUnload},
	{"plugin list", "", "the plugins there are, and those that are loaded", (*Machine).monitorPlugins},
	{"flush", "", "forget all translations", func(m *Machine, _ string) string { m.Flush(); return "" }},
	{"info tb", "ADDR", "the translations of the code at an address", (*Machine).monitorTB},
	{"info jit", "", "the translator's counters", (*Machine).monitorJIT},
	{"info maps", "", "the guest's memory map", (*Machine).monitorMaps},
	{"insns", "", "guest instructions executed since this was first asked for", (*Machine).monitorInsns},
	{"log", "ITEM[,ITEM]... | none", "log these items, as -d does", (*Machine).monitorLog},
}

// Monitor implements gdbstub.MonitorTarget.
func (t *target) Monitor(line string) string {
	line = strings.Join(strings.Fields(line), " ")
	for _, k := range monitorCommands {
		rest, ok := strings.CutPrefix(line+" ", k.name+" ")
		if !ok {
			continue
		}
		if rest = strings.TrimSpace(rest); rest == "" && k.args != "" || rest != "" && k.args == "" {
			return fmt.Sprintf("usage: monitor %s\n", strings.TrimSpace(k.name+" "+k.args))
		}
		if k.do == nil {
			return monitorHelp()
		}
		return k.do(t.m, rest)
	}
	return fmt.Sprintf("no command %q; monitor help lists them\n", line)
}

func monitorHelp() string {
	var s strings.Builder
	for _, k := range monitorCommands {
		fmt.Fprintf(&s, "%-34s %s\n", strings.TrimSpace(k.name+" "+k.args), k.help)
	}
	return s.String()
}

// errorLine is an error as the monitor prints it.
func errorLine(err error) string { return "error: " + err.Error() + "\n" }

func (m *Machine) monitorLoad(spec string) string {
	if err := m.LoadPlugin(spec); err != nil {
		return errorLine(err)
	}
	m.Flush()
	return ""
}

func (m *Machine) monitorUnload(name string) string {
	if !m.RemovePlugin(name) {
		return fmt.Sprintf("no plugin %q is loaded\n", name)
	}
	return ""
}

func (m *Machine) monitorPlugins(string) string {
	var s strings.Builder
	for _, p := range instrument.Plugins() {
		fmt.Fprintf(&s, "  %-14s %s\n", p.Name, p.Help)
	}
	if l := m.set.Loaded(); len(l) > 0 {
		fmt.Fprintf(&s, "loaded: %s\n", strings.Join(l, " "))
	} else {
		s.WriteString("none is loaded\n")
	}
	return s.String()
}

func (m *Machine) monitorTB(arg string) string {
	pc, err := strconv.ParseUint(arg, 0, 64)
	if err != nil {
		return fmt.Sprintf("%q is no address\n", arg)
	}
	if s := m.eng.DescribeAt(pc); s != "" {
		return s
	}
	return "nothing is translated there\n"
}

func (m *Machine) monitorJIT(string) string {
	var s strings.Builder
	m.Stats().Print(&s)
	return s.String()
}

func (m *Machine) monitorMaps(string) string {
	if m.proc != nil {
		return m.proc.Maps()
	}
	var s strings.Builder
	for _, r := range m.mem.Regions() {
		fmt.Fprintf(&s, "%012x-%012x %v\n", uint64(r.Start), uint64(r.Start)+r.Size, r.Perm)
	}
	return s.String()
}

// insnCounter is the plugin behind monitor insns.
type insnCounter struct{ c *instrument.Counter }

func (p *insnCounter) Inline(i *instrument.Insn) { i.Count(p.c, 1) }

func (m *Machine) monitorInsns(string) string {
	if m.debug.insns == nil {
		p := &insnCounter{}
		err := m.AddPlugin("monitor-insns", func(i *instrument.Instance) (_ any, err error) {
			p.c, err = i.NewCounter()
			return p, err
		})
		if err != nil {
			return errorLine(err)
		}
		m.debug.insns = p
		m.Flush()
		return "counting begins now\n"
	}
	return fmt.Sprintf("%d\n", m.debug.insns.c.Total())
}

func (m *Machine) monitorLog(items string) string {
	if items == "none" {
		items = ""
	}
	i, err := debuglog.Parse(items)
	if err != nil {
		return errorLine(err)
	}
	m.log.Items = i
	m.Flush()
	return ""
}
