// Repeated string instructions of every kind, short, long and of no iteration.
	.globl	_start
	.text
.macro once insn:vararg
	lea	a(%rip), %rsi
	lea	b(%rip), %rdi
	\insn
.endm
_start:
	cld
	lea	counts(%rip), %rbx
1:	mov	(%rbx), %rcx
	once	rep movsb
	mov	(%rbx), %rcx
	shr	$3, %rcx
	once	rep movsq
	mov	(%rbx), %rcx
	xor	%eax, %eax
	once	rep stosb
	mov	(%rbx), %rcx
	once	rep lodsb
	mov	(%rbx), %rcx
	once	repe cmpsb
	mov	(%rbx), %rcx
	mov	$1, %eax
	once	repne scasb
	mov	(%rbx), %rcx
	once	repe scasb	// ends after one iteration
	add	$8, %rbx
	lea	end(%rip), %rax
	cmp	%rax, %rbx
	jb	1b
	mov	$60, %eax
	xor	%edi, %edi
	syscall
	.data
	.balign	8
counts:	.quad	0, 1, 2, 3, 100, 0xffff, 0x10000, 0x10001, 0x1ffff, 0x20000, 0x30005
end:
	.bss
	.balign	64
a:	.skip	0x31000
b:	.skip	0x31000
