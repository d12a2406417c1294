// This file lets the package declare functions without a body, as host_clock_unsafe.go does.
