// kinds WHAT COUNT: what C++ programs do, and what C programs do beside computing.
#include <algorithm>
#include <atomic>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <ucontext.h>
#include <unordered_map>
#include <vector>

struct base {
	virtual int next(int) = 0;
	virtual ~base() {}
};
struct one : base {
	int next(int x) override { return x + 1; }
};
struct three : base {
	int next(int x) override { return x * 3; }
};

static std::vector<std::unique_ptr<base>> objects()
{
	std::vector<std::unique_ptr<base>> l;
	for (int i = 0; i < 1000; i++)
		if (i * 7 % 3)
			l.emplace_back(new one);
		else
			l.emplace_back(new three);
	return l;
}

static int thrower(int i)
{
	if (i % 3 == 0)
		throw std::runtime_error("by class");
	if (i % 3 == 1)
		throw i;
	return i;
}

static ucontext_t here, there;
static long turns;
static void coroutine()
{
	for (;; turns++)
		swapcontext(&there, &here);
}

static const std::map<std::string, std::function<long(int)>> kinds = {
	{"exceptions", [](int n) {
		 long s = 0;
		 for (int i = 0; i < n; i++)
			 try {
				 s += thrower(i);
			 } catch (std::exception &) {
				 s++;
			 } catch (int k) {
				 s += k;
			 }
		 return s;
	 }},
	{"map", [](int n) {
		 std::map<std::string, long> m;
		 for (int i = 0; i < n; i++)
			 m["k" + std::to_string(i * 7919L % 10007)] += i;
		 return m["k17"] + long(m.size());
	 }},
	{"hash", [](int n) {
		 std::unordered_map<long, long> m;
		 for (int i = 0; i < n; i++)
			 m[i * 7919L % 100003] += i;
		 return m[17] + long(m.size());
	 }},
	{"streams", [](int n) {
		 std::ostringstream o;
		 for (int i = 0; i < n; i++)
			 o << i << ' ' << i * 0.5 << '\n';
		 std::istringstream in(o.str());
		 double s = 0;
		 for (double d; in >> d;)
			 s += d;
		 return long(s);
	 }},
	{"regex", [](int n) {
		 std::regex r("(\\w+)@(\\w+)\\.com");
		 long s = 0;
		 for (int i = 0; i < n; i++) {
			 std::smatch m;
			 std::string t = "mail bob" + std::to_string(i) + "@example.com now";
			 if (std::regex_search(t, m, r))
				 s += m[1].length();
		 }
		 return s;
	 }},
	{"virtual", [](int n) {
		 auto l = objects();
		 int s = 0;
		 for (int i = 0; i < n; i++)
			 for (auto &p : l)
				 s = p->next(s) & 0xffff;
		 return long(s);
	 }},
	{"dynamic", [](int n) {
		 auto l = objects();
		 long s = 0;
		 for (int i = 0; i < n; i++)
			 for (auto &p : l)
				 s += dynamic_cast<one *>(p.get()) != nullptr;
		 return s;
	 }},
	{"sort", [](int n) {
		 std::vector<std::string> l;
		 for (int i = 0; i < n; i++)
			 l.push_back(std::to_string(i * 7919L % 1000003));
		 std::sort(l.begin(), l.end());
		 return std::stol(l[n / 2]);
	 }},
	{"contexts", [](int n) {
		 static char stack[65536];
		 getcontext(&there);
		 there.uc_stack.ss_sp = stack;
		 there.uc_stack.ss_size = sizeof stack;
		 makecontext(&there, coroutine, 0);
		 for (int i = 0; i < n; i++)
			 swapcontext(&here, &there);
		 return turns;
	 }},
	{"longjmp", [](int n) {
		 static jmp_buf j;
		 volatile long s = 0;
		 for (volatile int i = 0; i < n; i = i + 1) {
			 if (!setjmp(j))
				 longjmp(j, 1);
			 s = s + 1;
		 }
		 return long(s);
	 }},
	{"long-double", [](int n) { // x87, or calls of the library on AArch64
		 long double x = 1.5L;
		 for (int i = 0; i < n; i++) {
			 x = x * 1.0000001L + 0.25L / (x + 1);
			 if (x > 1e9L)
				 x = 1;
		 }
		 return long(x * 1000);
	 }},
	{"denormals", [](int n) {
		 volatile double x = 1e-310;
		 double s = 0;
		 for (int i = 0; i < n; i++) {
			 s += x * 0.5;
			 x = x * 0.99999 + 1e-312;
		 }
		 return long(s > 0);
	 }},
	{"div128", [](int n) {
		 unsigned __int128 q = ((unsigned __int128)1 << 100) + 12345;
		 long s = 0;
		 for (int i = 0; i < n; i++) {
			 q = q / (i + 3) + ((unsigned __int128)i << 90);
			 s += long(q);
		 }
		 return s;
	 }},
	{"copies", [](int n) {
		 std::vector<char> x(1 << 20), y(1 << 20);
		 long s = 0;
		 for (int i = 0; i < n; i++) {
			 memcpy(&y[i % 64], &x[i % 32], i * 37L % 4096);
			 memset(&x[i % 999], i, i * 13L % 512);
			 s += (memcmp(&x[0], &y[0], 64) != 0) + strnlen(&x[0], 4096);
		 }
		 return s;
	 }},
	{"far", [](int n) { // memory that no cache holds
		 std::vector<unsigned> x(1 << 24);
		 unsigned k = 1;
		 for (int i = 0; i < n; i++) {
			 k = k * 1664525 + 1013904223;
			 x[k >> 8] += i;
		 }
		 return long(x[17] + x[k >> 8]);
	 }},
	{"atomics", [](int n) {
		 static std::atomic<long> a, b;
		 for (int i = 0; i < n; i++) {
			 a += i;
			 long want = i;
			 b.compare_exchange_strong(want, i + 1);
		 }
		 return a + b;
	 }},
};

int main(int argc, char **argv)
{
	auto k = argc > 2 ? kinds.find(argv[1]) : kinds.end();
	if (k == kinds.end())
		return 2;
	std::cout << k->second(atoi(argv[2])) << "\n";
}
