package instrument

import (
	"fmt"
	"sort"
	"strings"
	"sync"
)

// Info describes a plugin to the registry.
type Info struct {
	Name string
	// Help is one line; Doc says the rest.
	Help, Doc string
	Args      []Arg
	// New makes the plugin, or says why it cannot work here. It is not called again for the same load.
	New func(inst *Instance, args Args) (any, error)
}

var registry struct {
	mu    sync.Mutex
	infos []*Info // few, in no order
}

// Register makes a plugin known by name. It is meant for init functions and panics when the name is taken.
func Register(info Info) {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if find(info.Name) != nil || info.Name == "" || info.New == nil {
		panic("instrument: Register of a nameless, empty or second plugin " + info.Name)
	}
	registry.infos = append(registry.infos, &info)
}

// find returns a plugin by name, or nil. The registry is locked.
func find(name string) *Info {
	for _, i := range registry.infos {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// Plugins returns all registered plugins by name.
func Plugins() []Info {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	var l []Info
	for _, i := range registry.infos {
		l = append(l, *i)
	}
	sort.Slice(l, func(i, j int) bool { return l[i].Name < l[j].Name })
	return l
}

func lookup(name string) (*Info, error) {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if i := find(name); i != nil {
		return i, nil
	}
	var names []string
	for _, i := range registry.infos {
		names = append(names, i.Name)
	}
	if names == nil {
		return nil, fmt.Errorf("instrument: no plugin %q: none is registered (package plugins/all registers those of gotcg)", name)
	}
	sort.Strings(names)
	return nil, fmt.Errorf("instrument: no plugin %q; there are %s", name, strings.Join(names, ", "))
}
