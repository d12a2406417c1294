package gdbstub

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Expr is an agent expression: bytecode that gdb compiles a condition to. gdb manual, appendix F.
type Expr []byte

// ExprMachine is the thread that an expression is about.
type ExprMachine interface {
	// Register returns the low 64 bits of a register, by gdb's number.
	Register(num int) (uint64, bool)
	// Memory fills b from guest memory.
	Memory(addr uint64, b []byte) bool
}

// Errors of evaluation.
var (
	errExprStack  = errors.New("gdbstub: agent expression: stack over- or underflow")
	errExprEnd    = errors.New("gdbstub: agent expression: runs off its end")
	errExprLong   = errors.New("gdbstub: agent expression: too many steps")
	errExprDivide = errors.New("gdbstub: agent expression: division by zero")
	errExprMemory = errors.New("gdbstub: agent expression: no such memory or register")
)

// Bounds of an evaluation: a client cannot make it last.
const (
	exprStack = 64
	exprSteps = 10000
	exprBytes = 16 << 10
)

// Bytecodes. gdb manual F.2.
const (
	axAdd         = 0x02
	axSub         = 0x03
	axMul         = 0x04
	axDivSigned   = 0x05
	axDivUnsigned = 0x06
	axRemSigned   = 0x07
	axRemUnsigned = 0x08
	axLsh         = 0x09
	axRshSigned   = 0x0a
	axRshUnsigned = 0x0b
	axTrace       = 0x0c
	axTraceQuick  = 0x0d
	axLogNot      = 0x0e
	axBitAnd      = 0x0f
	axBitOr       = 0x10
	axBitXor      = 0x11
	axBitNot      = 0x12
	axEqual       = 0x13
	axLessSigned  = 0x14
	axLessUnsig   = 0x15
	axExt         = 0x16
	axRef8        = 0x17
	axRef64       = 0x1a
	axIfGoto      = 0x20
	axGoto        = 0x21
	axConst8      = 0x22
	axConst64     = 0x25
	axReg         = 0x26
	axEnd         = 0x27
	axDup         = 0x28
	axPop         = 0x29
	axZeroExt     = 0x2a
	axSwap        = 0x2b
	axPick        = 0x32
	axRot         = 0x33
)

// exprRun is an evaluation under way.
type exprRun struct {
	code  Expr
	pc    int
	stack [exprStack]uint64
	n     int
	err   error
}

func (x *exprRun) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

func (x *exprRun) push(v uint64) {
	if x.n == exprStack {
		x.fail(errExprStack)
		return
	}
	x.stack[x.n] = v
	x.n++
}

func (x *exprRun) pop() uint64 {
	if x.n == 0 {
		x.fail(errExprStack)
		return 0
	}
	x.n--
	return x.stack[x.n]
}

// arg takes n bytes of the code, big-endian.
func (x *exprRun) arg(n int) (v uint64) {
	if x.pc+n > len(x.code) {
		x.fail(errExprEnd)
		return 0
	}
	for _, c := range x.code[x.pc : x.pc+n] {
		v = v<<8 | uint64(c)
	}
	x.pc += n
	return v
}

// Eval returns the expression's value: the top of the stack at its end.
func (e Expr) Eval(m ExprMachine) (uint64, error) {
	x := exprRun{code: e}
	for range exprSteps {
		op := byte(x.arg(1))
		if x.err != nil {
			return 0, x.err
		}
		if op == axEnd {
			v := x.pop()
			return v, x.err
		}
		if !x.binary(op) && !x.plain(op) && !x.access(op, m) {
			return 0, fmt.Errorf("gdbstub: agent expression: bytecode %#x", op)
		}
		if x.err != nil {
			return 0, x.err
		}
	}
	return 0, errExprLong
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// binary does the operations with two operands.
func (x *exprRun) binary(op byte) bool {
	if op < axAdd || op > axLessUnsig || op == axTrace || op == axTraceQuick || op == axLogNot || op == axBitNot {
		return false
	}
	b, a := x.pop(), x.pop()
	if op >= axDivSigned && op <= axRemUnsigned {
		if b == 0 {
			x.fail(errExprDivide)
			return true
		}
		x.push(divide(op, a, b))
		return true
	}
	var v uint64
	switch op {
	case axAdd:
		v = a + b
	case axSub:
		v = a - b
	case axMul:
		v = a * b
	case axLsh:
		v = a << b
	case axRshSigned:
		v = uint64(int64(a) >> b)
	case axRshUnsigned:
		v = a >> b
	case axBitAnd:
		v = a & b
	case axBitOr:
		v = a | b
	case axBitXor:
		v = a ^ b
	case axEqual:
		v = truth(a == b)
	case axLessSigned:
		v = truth(int64(a) < int64(b))
	case axLessUnsig:
		v = truth(a < b)
	}
	x.push(v)
	return true
}

func divide(op byte, a, b uint64) uint64 {
	switch {
	case op == axDivUnsigned:
		return a / b
	case op == axRemUnsigned:
		return a % b
	case b == ^uint64(0): // the quotient may not fit
		if op == axDivSigned {
			return -a
		}
		return 0
	case op == axDivSigned:
		return uint64(int64(a) / int64(b))
	}
	return uint64(int64(a) % int64(b))
}

// plain does what else works on the stack alone.
func (x *exprRun) plain(op byte) bool {
	switch {
	case op == axLogNot:
		x.push(truth(x.pop() == 0))
	case op == axBitNot:
		x.push(^x.pop())
	case op == axExt:
		if n := x.arg(1); n > 0 && n < 64 {
			x.push(uint64(int64(x.pop()<<(64-n)) >> (64 - n)))
		}
	case op == axZeroExt:
		if n := x.arg(1); n < 64 {
			x.push(x.pop() & (1<<n - 1))
		}
	case op == axIfGoto:
		if to := int(x.arg(2)); x.pop() != 0 {
			x.pc = to
		}
	case op == axGoto:
		x.pc = int(x.arg(2))
	case op >= axConst8 && op <= axConst64:
		x.push(x.arg(1 << (op - axConst8)))
	case op == axDup:
		v := x.pop()
		x.push(v)
		x.push(v)
	case op == axPop:
		x.pop()
	case op == axSwap:
		b, a := x.pop(), x.pop()
		x.push(b)
		x.push(a)
	case op == axPick:
		n := int(x.arg(1))
		if n >= x.n {
			x.fail(errExprStack)
			return true
		}
		x.push(x.stack[x.n-1-n])
	case op == axRot: // a b c => c a b, c being on top
		c, b, a := x.pop(), x.pop(), x.pop()
		x.push(c)
		x.push(a)
		x.push(b)
	default:
		return false
	}
	return true
}

// access does what reads registers and memory.
func (x *exprRun) access(op byte, m ExprMachine) bool {
	switch {
	case op == axReg:
		v, ok := m.Register(int(x.arg(2)))
		if !ok {
			x.fail(errExprMemory)
		}
		x.push(v)
	case op >= axRef8 && op <= axRef64:
		var b [8]byte
		if !m.Memory(x.pop(), b[:1<<(op-axRef8)]) {
			x.fail(errExprMemory)
		}
		x.push(binary.LittleEndian.Uint64(b[:]))
	default:
		return false
	}
	return true
}
