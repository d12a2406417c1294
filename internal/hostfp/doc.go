// Package hostfp runs single floating-point instructions of an amd64 host under a chosen MXCSR or x87
// control word. It is an oracle for tests and nothing else imports it; on other hosts it is empty.
package hostfp
