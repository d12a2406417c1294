//go:build linux

package linux

import (
	"bytes"
	"os"

	"golang.org/x/sys/unix"
)

// Paths in AF_UNIX addresses: the guest's are resolved like any other path, so the host sees another
// address. What a guest has bound is remembered, and comes back as the guest wrote it.

// maxUnixPath is the length of sun_path without a NUL, in bytes.
const maxUnixPath = 107

// socketPath returns a host path of the place r for a socket's address. Without a sysroot it is an absolute
// one, which means the same to other processes.
func (s *fsState) socketPath(r *pathRef) string {
	if r.dir == unix.AT_FDCWD {
		return r.name
	}
	if s.root < 0 {
		if dir, err := os.Readlink(procFD(r.dir)); err == nil && len(dir)+1+len(r.name) <= maxUnixPath {
			return dir + "/" + r.name
		}
	}
	return procFD(r.dir) + "/" + r.name
}

// nameSocket remembers that the host address sa is what the guest calls guest.
func (s *fsState) nameSocket(sa, guest []byte) {
	if len(sa) <= 2 || sa[0] != unix.AF_UNIX || sa[2] == 0 || len(guest) <= 2 || bytes.Equal(sa, guest) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sockNames == nil {
		s.sockNames = map[string][]byte{}
	}
	key := string(bytes.TrimRight(sa, "\x00"))
	if old, ok := s.sockNames[key]; ok && !bytes.Equal(old, guest) || len(s.sockNames) >= maxFDs {
		guest = sa // two places had this name on the host
	}
	s.sockNames[key] = guest
}

// guestSockaddr returns the address that the guest knows for the host's sa.
func (s *fsState) guestSockaddr(sa []byte) []byte {
	if len(sa) <= 2 || sa[0] != unix.AF_UNIX || sa[2] == 0 {
		return sa
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if g, ok := s.sockNames[string(bytes.TrimRight(sa, "\x00"))]; ok {
		return g
	}
	return sa
}
