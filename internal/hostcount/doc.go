// Package hostcount counts, by single steps, the host instructions that generated code executes for well-known guest
// functions (testdata/snippets.c): its test compares them with testdata/executed.txt, so that a change of the code's quality,
// for better or worse, shows up in review.
package hostcount
