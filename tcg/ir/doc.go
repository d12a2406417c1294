// Package ir is the intermediate representation a guest block is translated to:
// typed ops over temps, in the manner of TCG, with one table of facts per op.
package ir
