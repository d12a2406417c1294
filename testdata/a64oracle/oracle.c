// oracle executes A64 instructions on given register states and reports the states afterwards. It runs under
// qemu-aarch64 (or an AArch64 machine) for the differential tests of cpu/arm64.
//
// Build: aarch64-linux-gnu-gcc -O2 -static -fno-pie -no-pie -o oracle oracle.c
//
// Standard input is a sequence of struct record, standard output the same records as they are afterwards.
// Memory accesses belong into the data area at DATA, whose middle is preset from the record.
#define _GNU_SOURCE
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define DATA ((uint8_t *)0x10000000)
#define DATA_SIZE 65536
#define WINDOW (DATA + DATA_SIZE / 2)
#define MAX_INSNS 8

struct record {
	uint64_t x[31], sp;
	uint64_t v[32][2];
	uint64_t nzcv, fpcr, fpsr;
	uint64_t fault;   // out: address of a memory fault
	uint32_t signo;   // out
	uint32_t at;      // out: index of the instruction that raised the signal
	uint32_t n;       // instructions
	uint32_t insn[MAX_INSNS];
	uint32_t pad;
	uint8_t mem[1024];
};

struct record *volatile cur;
uint64_t saved[32], saved_tp;
void run(void);
extern uint32_t slot[], slot_end[];
void after(void);

__asm__(
".section .slots, \"awx\", %progbits\n"
".balign 4096\n"
".global slot\n.global slot_end\n"
"slot: .fill 8, 4, 0xd503201f\n"
"slot_end: b after\n"
".balign 4096\n"
".text\n"
".global run\n.global after\n"
"run:\n"
" ldr x0, =saved\n"
" stp x19, x20, [x0]\n stp x21, x22, [x0, 16]\n stp x23, x24, [x0, 32]\n stp x25, x26, [x0, 48]\n"
" stp x27, x28, [x0, 64]\n stp x29, x30, [x0, 80]\n stp d8, d9, [x0, 96]\n stp d10, d11, [x0, 112]\n"
" stp d12, d13, [x0, 128]\n stp d14, d15, [x0, 144]\n mov x1, sp\n str x1, [x0, 160]\n"
" mrs x1, tpidr_el0\n ldr x0, =saved_tp\n str x1, [x0]\n"
" ldr x30, =cur\n ldr x30, [x30]\n"
" ldr x1, [x30, 768]\n msr nzcv, x1\n ldr x1, [x30, 776]\n msr fpcr, x1\n ldr x1, [x30, 784]\n msr fpsr, x1\n"
" add x1, x30, 256\n"
" ldp q0, q1, [x1]\n ldp q2, q3, [x1, 32]\n ldp q4, q5, [x1, 64]\n ldp q6, q7, [x1, 96]\n"
" ldp q8, q9, [x1, 128]\n ldp q10, q11, [x1, 160]\n ldp q12, q13, [x1, 192]\n ldp q14, q15, [x1, 224]\n"
" ldp q16, q17, [x1, 256]\n ldp q18, q19, [x1, 288]\n ldp q20, q21, [x1, 320]\n ldp q22, q23, [x1, 352]\n"
" ldp q24, q25, [x1, 384]\n ldp q26, q27, [x1, 416]\n ldp q28, q29, [x1, 448]\n ldp q30, q31, [x1, 480]\n"
" ldr x1, [x30, 248]\n mov sp, x1\n"
" ldp x0, x1, [x30]\n ldp x2, x3, [x30, 16]\n ldp x4, x5, [x30, 32]\n ldp x6, x7, [x30, 48]\n"
" ldp x8, x9, [x30, 64]\n ldp x10, x11, [x30, 80]\n ldp x12, x13, [x30, 96]\n ldp x14, x15, [x30, 112]\n"
" ldp x16, x17, [x30, 128]\n ldp x18, x19, [x30, 144]\n ldp x20, x21, [x30, 160]\n ldp x22, x23, [x30, 176]\n"
" ldp x24, x25, [x30, 192]\n ldp x26, x27, [x30, 208]\n ldp x28, x29, [x30, 224]\n ldr x30, [x30, 240]\n"
" b slot\n"
"after:\n"
" msr tpidr_el0, x30\n"
" ldr x30, =cur\n ldr x30, [x30]\n"
" stp x0, x1, [x30]\n stp x2, x3, [x30, 16]\n stp x4, x5, [x30, 32]\n stp x6, x7, [x30, 48]\n"
" stp x8, x9, [x30, 64]\n stp x10, x11, [x30, 80]\n stp x12, x13, [x30, 96]\n stp x14, x15, [x30, 112]\n"
" stp x16, x17, [x30, 128]\n stp x18, x19, [x30, 144]\n stp x20, x21, [x30, 160]\n stp x22, x23, [x30, 176]\n"
" stp x24, x25, [x30, 192]\n stp x26, x27, [x30, 208]\n stp x28, x29, [x30, 224]\n"
" mrs x1, tpidr_el0\n str x1, [x30, 240]\n mov x1, sp\n str x1, [x30, 248]\n"
" mrs x1, nzcv\n str x1, [x30, 768]\n mrs x1, fpcr\n str x1, [x30, 776]\n mrs x1, fpsr\n str x1, [x30, 784]\n"
" add x1, x30, 256\n"
" stp q0, q1, [x1]\n stp q2, q3, [x1, 32]\n stp q4, q5, [x1, 64]\n stp q6, q7, [x1, 96]\n"
" stp q8, q9, [x1, 128]\n stp q10, q11, [x1, 160]\n stp q12, q13, [x1, 192]\n stp q14, q15, [x1, 224]\n"
" stp q16, q17, [x1, 256]\n stp q18, q19, [x1, 288]\n stp q20, q21, [x1, 320]\n stp q22, q23, [x1, 352]\n"
" stp q24, q25, [x1, 384]\n stp q26, q27, [x1, 416]\n stp q28, q29, [x1, 448]\n stp q30, q31, [x1, 480]\n"
" msr fpcr, xzr\n"
" ldr x0, =saved_tp\n ldr x1, [x0]\n msr tpidr_el0, x1\n"
" ldr x0, =saved\n"
" ldp x19, x20, [x0]\n ldp x21, x22, [x0, 16]\n ldp x23, x24, [x0, 32]\n ldp x25, x26, [x0, 48]\n"
" ldp x27, x28, [x0, 64]\n ldp x29, x30, [x0, 80]\n ldp d8, d9, [x0, 96]\n ldp d10, d11, [x0, 112]\n"
" ldp d12, d13, [x0, 128]\n ldp d14, d15, [x0, 144]\n ldr x1, [x0, 160]\n mov sp, x1\n"
" ret\n"
);

static void handler(int sig, siginfo_t *si, void *ctx)
{
	ucontext_t *uc = ctx;
	cur->signo = sig;
	cur->fault = sig == SIGSEGV || sig == SIGBUS ? (uint64_t)si->si_addr : 0;
	cur->at = (uint32_t *)uc->uc_mcontext.pc - slot;
	uc->uc_mcontext.pc = (uint64_t)after;
}

static int all(int fd, void *buf, size_t n, int out)
{
	for (uint8_t *p = buf; n;) {
		ssize_t k = out ? write(fd, p, n) : read(fd, p, n);
		if (k <= 0)
			return 0;
		p += k;
		n -= k;
	}
	return 1;
}

static struct record batch[64];
static uint8_t altstack[65536];

int main(void)
{
	stack_t ss = {.ss_sp = altstack, .ss_size = sizeof altstack};
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
	sigaltstack(&ss, 0);
	sigaction(SIGILL, &sa, 0);
	sigaction(SIGSEGV, &sa, 0);
	sigaction(SIGBUS, &sa, 0);
	sigaction(SIGTRAP, &sa, 0);
	if (mmap(DATA, DATA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != DATA)
		return 1;
	memset(DATA, 0x5a, DATA_SIZE);
	while (all(0, batch, sizeof batch, 0)) {
		for (int k = 0; k < 64; k++) {
			struct record *r = &batch[k];
			cur = r;
			for (unsigned i = 0; i < MAX_INSNS; i++)
				slot[i] = i < r->n ? r->insn[i] : 0xd503201f;
			__builtin___clear_cache((char *)slot, (char *)slot_end);
			memcpy(WINDOW, r->mem, sizeof r->mem);
			r->signo = r->at = r->fault = 0;
			run();
			memcpy(r->mem, WINDOW, sizeof r->mem);
			memset(WINDOW, 0x5a, sizeof r->mem);
		}
		if (!all(1, batch, sizeof batch, 1))
			return 1;
	}
	return 0;
}
