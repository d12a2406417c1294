package main

import (
	_ "embed"
	"fmt"
	"path"
	"regexp"
	"strings"
)

//go:embed causes.txt
var causesText string

// cause is a line of causes.txt: why tests fail under gotcg and not under the baseline.
type cause struct {
	pkg, guest, test string         // guest "*" is both; test is a pattern of path.Match
	saying           *regexp.Regexp // instead of test: what the test printed
	leaveOut         bool           // the test takes the whole program with it, so it is not run, and counts as failed
	text             string
}

// readCauses reads causes.txt: package, guest, test and text, "!" before the test to leave it out, "~" before a
// regular expression that the test's output matches.
func readCauses() ([]cause, error) { return parseCauses(causesText) }

func parseCauses(text string) (out []cause, err error) {
	for i, line := range strings.Split(text, "\n") {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) < 4 {
			return nil, fmt.Errorf("causes.txt:%d: want package, guest, test and cause", i+1)
		}
		c := cause{pkg: f[0], guest: f[1], text: strings.Join(f[3:], " ")}
		c.test, c.leaveOut = strings.CutPrefix(f[2], "!")
		if expr, ok := strings.CutPrefix(c.test, "~"); ok {
			if c.saying, err = regexp.Compile(expr); err != nil {
				return nil, fmt.Errorf("causes.txt:%d: %w", i+1, err)
			}
			c.test = ""
		}
		if _, err := path.Match(c.test, ""); err != nil {
			return nil, fmt.Errorf("causes.txt:%d: %w", i+1, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// matches tells whether c is about this test, which said this.
func (c *cause) matches(j job, test, said string) bool {
	ok, _ := path.Match(c.test, test)
	if c.saying != nil {
		ok = c.saying.MatchString(said)
	}
	return ok && (c.pkg == j.pkg || c.pkg == "*") && (c.guest == j.guest || c.guest == "*")
}
