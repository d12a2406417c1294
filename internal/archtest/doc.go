// Package archtest holds the tests that look at the source tree itself: which package may import which,
// file names that Go reads as build constraints, and docs/health.md.
package archtest
