//go:build linux

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// scripts are the programs' own programs.
var scripts = map[string]string{
	"loop.sh": `i=0; s=0
while [ $i -lt 30000 ]; do
	i=$((i + 1))
	case $i in *7) s=$((s + i % 13));; *[02468]) s=$((s - 1));; *) s=$((s ^ i));; esac
done
echo $s
`,
	"words.sh": `n=0; long=
while read -r a b rest; do
	[ ${#a} -gt ${#long} ] && long=$a
	[ "${b%e*}" != "$b" ] && n=$((n + 1))
done
printf '%s %d\n' "$long" $n
`,
	"loop.bash": `declare -A n; s=0
for ((i = 0; i < 20000; i++)); do
	k=key$((i % 997)); n[$k]=$((${n[$k]:-0} + i))
	[[ $k =~ ^key(1|2)[0-9]$ ]] && s=$((s + ${BASH_REMATCH[1]}))
	t=${k/key/value}; s=$((s + ${#t}))
done
echo $s ${#n[@]} ${n[key7]}
`,
	"loop.zsh": `typeset -A n; integer s=0 i
for ((i = 0; i < 30000; i++)); do
	k=key$((i % 997)); n[$k]=$((${n[$k]:-0} + i))
	[[ $k = key(1|2)? ]] && ((s++))
	t=${k/key/value}; ((s += $#t))
done
echo $s $#n $n[key7]
`,
	"pi.bc":   "scale=120\n4*a(1)\ne(1)\nfor (i = 1; i < 2000; ++i) s += i^3 / 7\ns\n",
	"loop.py": "d = {}\nfor i in range(150000):\n    k = 'k%d' % (i % 5000)\n    d[k] = d.get(k, 0) + i * i % 7\nprint(sum(d.values()))\n",
	"words.pl": "my %h; while (<STDIN>) { for my $w (split) { $h{$w}++; $n++ if $w =~ /^[aeiou].*t/ } }\n" +
		"my @k = sort { $h{$b} <=> $h{$a} || $a cmp $b } keys %h; print \"$n @k[0..9]\\n\";\n",
	"mix.lua": `local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local t, s = {}, 0
for i = 1, 60000 do t[#t + 1] = ("%d:%x"):format(i, i * 7919 % 10007) end
table.sort(t)
for _, v in ipairs(t) do s = s + #v:gsub("%d", "x") + (v:find("a", 1, true) or 0) end
print(fib(24), s, t[100])
`,
	"jit.lua": `local s = 0
for i = 1, 3e7 do s = (s + i % 7 * 3) % 1000003 end
local t, n = {}, 0
for i = 1, 200000 do t[i] = i * 7919 % 100003 end
table.sort(t)
for w in (("the quick brown fox "):rep(20000)):gmatch("%a+") do n = n + #w end
print(s, t[1], t[#t], n)
`,
	"t.sql": `create table t(a integer primary key, b text, c real);
with recursive s(i) as (select 1 union all select i+1 from s where i<15000)
  insert into t select i, 'name'||(i*7919%15000), i*0.5 from s;
create index tb on t(b);
select count(*), sum(c), max(b) from t where b like 'name1%';
select substr(b,1,6) g, count(*), avg(c) from t group by g order by 2 desc, 1 limit 5;
select count(*) from t x join t y on x.b = 'name'||y.a where y.c > 1000;
update t set c = c + 1 where a % 3 = 0; delete from t where a % 5 = 0; select sum(c) from t;
`,
}

// makeData writes the files that the programs work on: text of words as common as in a language, a copy with a line
// in a hundred changed, noise, a tree.
func makeData(dir string) error {
	r := rand.New(rand.NewPCG(1, 2))
	text := makeText(r, 6000)
	lines := strings.SplitAfter(text, "\n")[:1500]
	small := strings.Join(lines, "")
	for i := 7; i < len(lines); i += 100 {
		lines[i] = "another line\n"
	}
	big := make([]byte, 4<<20)
	for i := range big {
		big[i] = byte(r.Uint32())
	}
	files := map[string][]byte{
		"text": []byte(text), "small": []byte(small), "small2": []byte(strings.Join(lines, "")), "big": big, "text.gz": compress([]byte(text)),
	}
	for name, s := range scripts {
		files[name] = []byte(s)
	}
	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	for i := range 200 {
		name := fmt.Sprintf("tree/%c/dir%d/file%d", 'a'+i%5, i%20, i)
		data := []byte(strings.Repeat(lines[i], 1+i%40))
		files[name] = data
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), ModTime: time.Unix(1.6e9, 0)}); err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	files["tree.tar"] = archive.Bytes()
	for name, data := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(p, data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func makeText(r *rand.Rand, lines int) string {
	words := make([]string, 4000)
	for i := range words {
		b := make([]byte, 2+r.IntN(9))
		for k := range b {
			b[k] = "aeioutrshnldcmqpbfgwyvkjxz"[min(r.IntN(26), r.IntN(26))]
		}
		words[i] = string(b)
	}
	var s strings.Builder
	for range lines {
		for i := range 4 + r.IntN(10) {
			if i > 0 {
				s.WriteByte(' ')
			}
			s.WriteString(words[min(int(r.ExpFloat64()*300), len(words)-1)])
		}
		s.WriteByte('\n')
	}
	return s.String()
}

func compress(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write(data) // a buffer takes all
	_ = w.Close()
	return b.Bytes()
}
