package gdbstub

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// targetXML is the target description: registers by feature, in the order of their numbers, with the
// types that gdb does not have built in. gdb manual G.
func targetXML(info *Info) string {
	var s strings.Builder
	s.WriteString(`<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target version="1.0">`)
	fmt.Fprintf(&s, "\n<architecture>%s</architecture>\n", info.Arch)
	if info.OSABI != "" {
		fmt.Fprintf(&s, "<osabi>%s</osabi>\n", info.OSABI)
	}
	var features []string
	for _, r := range info.Regs {
		if !slices.Contains(features, r.Feature) {
			features = append(features, r.Feature)
		}
	}
	for _, f := range features {
		fmt.Fprintf(&s, "<feature name=%q>\n", f)
		var seen []string
		for _, r := range info.Regs {
			if text := typeXML()[r.Type]; r.Feature == f && text != "" && !slices.Contains(seen, r.Type) {
				seen = append(seen, r.Type)
				s.WriteString(text)
			}
		}
		for _, r := range info.Regs {
			if r.Feature == f {
				fmt.Fprintf(&s, "<reg name=%q bitsize=\"%d\" type=%q regnum=\"%d\"%s/>\n", r.Name, r.Bits, r.Type, r.Num, groupXML(&r))
			}
		}
		s.WriteString("</feature>\n")
	}
	s.WriteString("</target>\n")
	return s.String()
}

// groupXML is the group attribute of registers that gdb does not sort by their type.
func groupXML(r *Reg) string {
	switch r.Name {
	case "fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop":
		return ` group="float"`
	case "mxcsr":
		return ` group="vector"`
	case "orig_rax":
		return ` group="system"`
	}
	return ""
}

// typeXML returns the definitions of types by name, made when a debugger first asks.
var typeXML = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"i386_eflags": flagsXML("i386_eflags", "CF", "", "PF", "", "AF", "", "ZF", "SF", "TF", "IF", "DF", "OF", "", "", "NT", "",
			"RF", "VM", "AC", "VIF", "VIP", "ID"),
		"i386_mxcsr": flagsXML("i386_mxcsr", "IE", "DE", "ZE", "OE", "UE", "PE", "DAZ", "IM", "DM", "ZM", "OM", "UM", "PM", "", "", "FZ"),
		"cpsr_flags": cpsrXML(),
		"vec128": vectorXML("v4f", "ieee_single", 4) + vectorXML("v2d", "ieee_double", 2) + vectorXML("v16i8", "int8", 16) +
			vectorXML("v8i16", "int16", 8) + vectorXML("v4i32", "int32", 4) + vectorXML("v2i64", "int64", 2) +
			unionXML("vec128", "v4_float", "v4f", "v2_double", "v2d", "v16_int8", "v16i8", "v8_int16", "v8i16", "v4_int32", "v4i32",
				"v2_int64", "v2i64", "uint128", "uint128"),
		"aarch64v": aarch64vXML(),
	}
})

func flagsXML(id string, names ...string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "<flags id=%q size=\"4\">\n", id)
	for i, n := range names {
		if n != "" {
			fmt.Fprintf(&s, "<field name=%q start=\"%d\" end=\"%d\"/>\n", n, i, i)
		}
	}
	s.WriteString("</flags>\n")
	return s.String()
}

// cpsrXML describes the program status: Arm ARM C5.2, as gdb shows it.
func cpsrXML() string {
	names := make([]string, 32)
	for bit, n := range map[int]string{28: "V", 29: "C", 30: "Z", 31: "N", 21: "SS", 20: "IL", 9: "D", 8: "A", 7: "I", 6: "F"} {
		names[bit] = n
	}
	return flagsXML("cpsr_flags", names...)
}

func vectorXML(id, typ string, count int) string {
	return fmt.Sprintf("<vector id=%q type=%q count=\"%d\"/>\n", id, typ, count)
}

// unionXML makes a union of pairs of name and type.
func unionXML(id string, fields ...string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "<union id=%q>\n", id)
	for i := 0; i < len(fields); i += 2 {
		fmt.Fprintf(&s, "<field name=%q type=%q/>\n", fields[i], fields[i+1])
	}
	s.WriteString("</union>\n")
	return s.String()
}

// aarch64vXML has the lanes that gdb's own description has: $v0.d.f, $v0.b.u and so on.
func aarch64vXML() string {
	lanes := []struct {
		name  string
		count int
		kinds []string // suffix, type
	}{
		{"d", 2, []string{"f", "ieee_double", "u", "uint64", "s", "int64"}},
		{"s", 4, []string{"f", "ieee_single", "u", "uint32", "s", "int32"}},
		{"h", 8, []string{"bf", "bfloat16", "f", "ieee_half", "u", "uint16", "s", "int16"}},
		{"b", 16, []string{"u", "uint8", "s", "int8"}},
		{"q", 1, []string{"u", "uint128", "s", "int128"}},
	}
	var s strings.Builder
	var all []string
	for _, l := range lanes {
		var fields []string
		for i := 0; i < len(l.kinds); i += 2 {
			id := "v" + l.name + l.kinds[i]
			s.WriteString(vectorXML(id, l.kinds[i+1], l.count))
			fields = append(fields, l.kinds[i], id)
		}
		s.WriteString(unionXML("vn"+l.name, fields...))
		all = append(all, l.name, "vn"+l.name)
	}
	return s.String() + unionXML("aarch64v", all...)
}
