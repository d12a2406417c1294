//go:build !(linux && amd64)

package rest

// End does nothing on this host.
func End() {}
