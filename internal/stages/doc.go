// Package stages measures translation, stage by stage: its benchmarks decode, translate, optimize and
// compile code of the Go runtime and standard library, as the toolchain at hand builds it for each guest. See
// docs/performance.md.
package stages
