//go:build !amd64

package amd64

// host: code for amd64 can be made on any host, of the oldest kind.
func host() features { return features{} }
