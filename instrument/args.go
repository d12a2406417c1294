package instrument

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// ArgKind is the type of a plugin's argument.
type ArgKind uint8

const (
	String ArgKind = iota // any text
	Bool                  // on, off, true, false, yes, no, 1, 0; a bare key is on
	Uint                  // decimal, 0x hex, 0 octal
)

// String names the kind for help texts.
func (k ArgKind) String() string { return [...]string{"string", "bool", "uint"}[k] }

// Arg describes an argument of a plugin.
type Arg struct {
	Name    string
	Kind    ArgKind
	Default string
	// Many: the argument may be given more than once.
	Many bool
	// OneOf, if not nil, lists the values allowed.
	OneOf []string
	Help  string
}

// Args are the arguments a plugin was given, checked against its Info.
type Args struct {
	info *Info
	vals map[string][]string
}

// splitList splits a list at its commas; two of them stand for one that is part of an item, as in QEMU's options.
func splitList(text string) []string {
	const comma = "\x00"
	l := strings.Split(strings.ReplaceAll(text, ",,", comma), ",")
	for i := range l {
		l[i] = strings.ReplaceAll(l[i], comma, ",")
	}
	return l
}

// parseArgs reads key=value,key=value.
func parseArgs(info *Info, text string) (Args, error) {
	a := Args{info, map[string][]string{}}
	if text == "" {
		return a, nil
	}
	for _, kv := range splitList(text) {
		key, val, hasVal := strings.Cut(kv, "=")
		i := slices.IndexFunc(info.Args, func(x Arg) bool { return x.Name == key })
		if i < 0 {
			return a, fmt.Errorf("instrument: plugin %s has no argument %q%s", info.Name, key, info.argNames())
		}
		arg := &info.Args[i]
		if !hasVal && arg.Kind == Bool {
			val = "on"
		} else if !hasVal {
			return a, fmt.Errorf("instrument: plugin %s: argument %s needs a value", info.Name, key)
		}
		if len(a.vals[key]) > 0 && !arg.Many {
			return a, fmt.Errorf("instrument: plugin %s: argument %s is given twice", info.Name, key)
		}
		if err := arg.check(val); err != nil {
			return a, fmt.Errorf("instrument: plugin %s: argument %s: %w", info.Name, key, err)
		}
		a.vals[key] = append(a.vals[key], val)
	}
	return a, nil
}

func (i *Info) argNames() string {
	if len(i.Args) == 0 {
		return "; it takes none"
	}
	var n []string
	for _, a := range i.Args {
		n = append(n, a.Name)
	}
	sort.Strings(n)
	return "; it has " + strings.Join(n, ", ")
}

func (a *Arg) check(v string) error {
	switch a.Kind {
	case Bool:
		if _, err := parseBool(v); err != nil {
			return err
		}
	case Uint:
		if _, err := strconv.ParseUint(v, 0, 64); err != nil {
			return fmt.Errorf("%q is not a number", v)
		}
	}
	if a.OneOf != nil && !slices.Contains(a.OneOf, v) {
		return fmt.Errorf("%q is not one of %s", v, strings.Join(a.OneOf, ", "))
	}
	return nil
}

func parseBool(v string) (bool, error) {
	switch strings.ToLower(v) {
	case "on", "true", "yes", "1":
		return true, nil
	case "off", "false", "no", "0":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither on nor off", v)
}

// All returns the values of an argument in order; none when it was not given.
func (a Args) All(name string) []string { return a.vals[name] }

// String returns the value of an argument, or its default.
func (a Args) String(name string) string {
	if v := a.vals[name]; len(v) > 0 {
		return v[len(v)-1]
	}
	for i := range a.info.Args {
		if a.info.Args[i].Name == name {
			return a.info.Args[i].Default
		}
	}
	return ""
}

// Bool returns the value of a Bool argument.
func (a Args) Bool(name string) bool {
	v, _ := parseBool(a.String(name))
	return v
}

// Uint returns the value of a Uint argument.
func (a Args) Uint(name string) uint64 {
	v, _ := strconv.ParseUint(a.String(name), 0, 64)
	return v
}
