// Package rest, by being imported, lets the Go runtime's monitor thread rest from the start of a program on: see hostsig.RelaxMonitor.
package rest

import "github.com/gotcg/gotcg/internal/hostsig"

func init() {
	_ = hostsig.RelaxMonitor() // where it cannot, nothing but time is lost
}
