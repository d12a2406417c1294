// Package opt improves IR blocks before code is generated for them.
//
// It is part of the fast tier, so it is linear in the block's length and allocates nothing once its
// State has grown to the largest block seen. The passes share two walks over the ops: a forward one,
// which knows for every temp what it is a copy of, and a backward one, which knows which values are
// still wanted. A third walk, for inline counters, runs only over blocks that have some.
//
// What may be observed limits what may be removed: at an op that may fault, leaves the block or calls
// a helper every global has to be right, because the State must be precise there.
package opt
