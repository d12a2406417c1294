package main

import (
	"regexp"
	"strings"
)

// outcome is how one test ended.
type outcome string

// Outcomes. A test that was started and did not end took the program with it, or was running when
// something else did.
const (
	pass       outcome = "passed"
	fail       outcome = "failed"
	skip       outcome = "skipped"
	unfinished outcome = "did not finish"
	notRun     outcome = "not run"
)

// exitTest stands for a program that failed although none of its tests did.
const exitTest = "(exit)"

// marker opens the lines that package testing itself writes under -test.v=test2json.
var marker = regexp.MustCompile(`\x16(?:=== (RUN|NAME|CONT|PAUSE)  *|--- (PASS|FAIL|SKIP): )(\S+)`)

// log is what a test program's output says.
type log struct {
	Tests map[string]outcome `json:"tests"` // subtests too
	Skips map[string]string  `json:"skips"` // what a skipped test said last
	Fails map[string]string  `json:"fails"` // what a failed test without its subtests, or they, said; cut
}

// maxSaid bounds what is kept of a failed test's output, in bytes.
const maxSaid = 4000

// tidy takes out of a message what differs from run to run and from one machine to another.
func tidy(s, cache string) string {
	s = strings.ReplaceAll(s, cache, "")
	return tempDir.ReplaceAllString(s, "$$TMPDIR")
}

var tempDir = regexp.MustCompile(`/\S*/gostd[0-9]+(/gotest[0-9]+)?`)

// parseLog reads the output of a test program run with -test.v=test2json.
func parseLog(out string) log {
	l := log{Tests: map[string]outcome{}, Skips: map[string]string{}, Fails: map[string]string{}}
	said, all := map[string]string{}, map[string]*strings.Builder{}
	cur := ""
	for _, line := range strings.Split(out, "\n") {
		m := marker.FindAllStringSubmatch(line, -1)
		if m == nil {
			if s := strings.TrimSpace(line); s != "" && cur != "" {
				said[cur] = s
				b := all[top(cur)]
				if b == nil {
					b = &strings.Builder{}
					all[top(cur)] = b
				}
				if b.Len() < maxSaid {
					b.WriteString(s + "\n")
				}
			}
			continue
		}
		for _, f := range m {
			name := f[3]
			switch f[1] + f[2] {
			case "RUN":
				l.Tests[name] = unfinished
				cur = name
			case "NAME", "CONT":
				cur = name
			case "PASS":
				l.Tests[name] = pass
			case "FAIL":
				l.Tests[name] = fail
			case "SKIP":
				l.Tests[name] = skip
				l.Skips[name] = said[name]
			}
		}
	}
	for t, o := range l.Tests {
		if b := all[top(t)]; b != nil && (o == fail || o == unfinished) {
			l.Fails[top(t)] = b.String()
		}
	}
	return l
}

// top returns the test a subtest belongs to.
func top(test string) string {
	t, _, _ := strings.Cut(test, "/")
	return t
}

// count counts tests by outcome, subtests not counted.
func (l log) count() (n map[outcome]int) {
	n = map[outcome]int{}
	for t, o := range l.Tests {
		if top(t) == t {
			n[o]++
		}
	}
	return n
}
