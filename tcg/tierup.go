package tcg

import (
	"os"
	"strconv"

	"github.com/gotcg/gotcg/cpu"
	"github.com/gotcg/gotcg/internal/debuglog"
)

// Tier one are the blocks that are translated when they are first met. Each counts down, per vCPU, how often it is
// begun. When that is at its end the vCPU leaves with ExitHot and makes tier two of it: a region (region.go), which
// takes the block's place. There is no clock in this: the same run makes the same regions.

// defaultTier2 is how often a block of tier one is begun until a region is made of it: docs/performance.md has what lower and
// higher numbers cost.
const defaultTier2 = 24000

// hotBits is the log2 of the number of countdowns of a vCPU. Blocks share them by hash of the PC, so that what is known of a
// PC outlives its block. Fewer would add up what lukewarm blocks count: a large program has more than 10,000 blocks.
const hotBits = 14

// maxTier2 is the highest threshold.
const maxTier2 = 1 << 20

// envTier2 and envFlush name variables of the host's environment that stand in for Config.Tier2 (a number, or "off") and
// Config.InjectFlush where those are 0: a whole test suite, or any program that uses the library, runs in another mode.
const (
	envTier2 = "GOTCG_TIER2"
	envFlush = "GOTCG_INJECT_FLUSH"
)

// fromEnv fills in what the environment says.
func (c *Config) fromEnv() {
	if c.Tier2 == 0 {
		if s := os.Getenv(envTier2); s == "off" {
			c.Tier2 = -1
		} else if n, err := strconv.Atoi(s); err == nil {
			c.Tier2 = n
		}
	}
	if c.InjectFlush == 0 {
		if n, err := strconv.Atoi(os.Getenv(envFlush)); err == nil {
			c.InjectFlush = n
		}
	}
}

// tier2 returns the threshold that c asks for, 0 for none.
func (c *Config) tier2() int32 {
	switch {
	case c.Tier2 < 0 || c.NoChain || c.MaxInsns == 1 || c.Log.On(debuglog.NoChain):
		return 0
	case c.Tier2 == 0:
		return defaultTier2
	}
	return int32(min(c.Tier2, maxTier2))
}

// hotIndex returns the countdown of the block at pc. Those of neighbours are in one line of the host's cache.
func (e *Engine) hotIndex(pc uint64) int32 {
	return int32((pc>>2 ^ pc>>(2+hotBits)*0x9e3779b97f4a7c15>>(64-hotBits)) % (1 << hotBits))
}

// countdownDone is what a countdown is set to when its region has been made, or could not be: far from its end, but not so
// far that another block that shares it, and runs much, gets no region.
func (e *Engine) countdownDone() int32 { return max(64*e.tier2, 1<<16) }

// hotPage is how many countdowns begin at a time: a page of the host's memory.
const hotPage = 1 << 10

// beginCountdowns begins the countdowns of i's page and reports whether they had not begun. Until then they are zero, so the first
// block of the page leaves at once: a short program does not touch the others.
func (v *VCPU) beginCountdowns(i int32) bool {
	if v.begun>>(i/hotPage)&1 != 0 {
		return false
	}
	v.begun |= 1 << (i / hotPage)
	page := v.hot[i&^(hotPage-1):][:hotPage]
	for i := range page {
		page[i] = v.e.tier2 - 1
	}
	return true
}

// countdown returns the countdown of the block at pc.
func (v *VCPU) countdown(pc uint64) *int32 {
	i := v.e.hotIndex(pc)
	v.beginCountdowns(i)
	return &v.hot[i]
}

// heat returns how often the block at pc has been begun by v, at most as often as makes a region of it.
func (v *VCPU) heat(pc uint64) int32 {
	n, all := *v.countdown(pc), v.e.tier2
	if n >= all {
		return all
	}
	return min(all-1-n, all)
}

// coolDown begins the countdown of a block anew, if a region was made of it that is no more.
func (v *VCPU) coolDown(key cpu.TBKey) {
	if e := v.e; e.tier2 > 0 && key.Flags == 0 {
		if p := v.countdown(key.PC); *p >= e.tier2 {
			*p = e.tier2 - 1
		}
	}
}

// tierUp is called when the block of tier one at key has been begun often enough. v holds no TB, slot nor site.
func (v *VCPU) tierUp(key cpu.TBKey) {
	e := v.e
	*v.countdown(key.PC) = e.countdownDone()
	v.quiesce()
	e.translating.Lock()
	defer e.translating.Unlock()
	if tb := e.find(key); tb == nil || tb.region != nil {
		return // forgotten, or another vCPU was first
	}
	if e.jit.full && !e.jit.advance(v) {
		v.later(key)
		return
	}
	tb := v.makeRegion(key)
	if tb != nil && !e.enter(tb) {
		tb.gone.Store(true)
		e.stats.regionsStale.Add(1)
		v.later(key)
	}
}

// later has a region of the block at key tried again, when it has been begun some more times: it must get on meanwhile.
func (v *VCPU) later(key cpu.TBKey) { *v.countdown(key.PC) = max(v.e.tier2, 64) }
