// Package backend holds what the engine, the host code generators and the entry code share: the
// vCPU header, exit reasons, exit slots, sites and their side tables, and the Backend interface.
//
// # The vCPU memory block
//
// A vCPU's memory is off-heap and holds no Go pointers:
//
//	[ Header ][ guest State ][ jump cache ][ softmmu TLB ]
//	           ^ state pointer
//
// Generated code reaches all of it from one pinned register, so everything after the State is at an
// offset fixed when the engine starts (Config). Header fields are at negative offsets.
//
// # Leaving generated code
//
// Generated code never calls Go. It leaves either at a TB exit, through a numbered Slot, with the
// guest state complete in the State; or at a Site, in the middle of a block, with all host
// registers saved in the Header. Go does the site's work on the saved registers and re-enters at the
// site's resume address. A host fault inside a memory access arrives as the same site.
package backend
