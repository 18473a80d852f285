package guard

import (
	"hash/maphash"
	"math/bits"
	"sync"
)

// table has a pace for each key that is in use, in memory that does not grow. It is the space-saving sketch of Metwally, Agrawal and
// El Abbadi ("Efficient computation of frequent and top-k elements in data streams", 2005), divided into sets. The hash of a key decides its set, and
// the key has a place in that set. If the pace of a place is in the past, it limits nothing any more, and the place is free. If no place is free, a new
// key takes over the place that is due first, with its pace.
//
// A key is stored as a hash of 64 bits with a random seed. Two keys with the same hash share a limit.
type table struct {
	seed   maphash.Seed
	shards []shard // a power of two
}

// shard is a part of the table with a lock of its own.
type shard struct {
	mu     sync.Mutex
	latest instant
	sets   []set    // a power of two
	_      [64]byte // so that no two locks are on one cache line of the processor
}

// set has the places for some of the hashes. The hashes fill one cache line of the processor, and the paces another one.
type set struct {
	hashes [ways]uint64
	paces  [ways]pace
}

const (
	ways      = 8
	maxShards = 64
)

func newTable(keys int) *table {
	sets := ceilPower((keys + ways - 1) / ways)
	t := &table{seed: maphash.MakeSeed(), shards: make([]shard, min(sets, maxShards))}
	each := sets / len(t.shards)
	all := make([]set, sets)
	for i := range t.shards {
		t.shards[i].sets = all[i*each : (i+1)*each]
	}
	return t
}

// ceilPower returns the smallest power of two that is at least n. n is positive.
func ceilPower(n int) int { return 1 << bits.Len(uint(n-1)) }

func (t *table) shardOf(key string) (s *shard, hash uint64) {
	hash = maphash.String(t.seed, key)
	return &t.shards[hash%uint64(len(t.shards))], hash
}

// find returns the pace of a key. The caller has the lock.
func (s *shard) find(hash uint64, t instant) *pace {
	if t < s.latest { // another clock
		clear(s.sets)
	}
	s.latest = t
	set := &s.sets[(hash>>32)%uint64(len(s.sets))]
	for i := range set.hashes {
		if set.hashes[i] == hash {
			return &set.paces[i]
		}
	}
	return set.replace(hash)
}

// replace gives the place of the key that is due first to another one.
func (s *set) replace(hash uint64) *pace {
	first := 0
	for i := range s.paces {
		if s.paces[i].due < s.paces[first].due {
			first = i
		}
	}
	s.hashes[first] = hash
	return &s.paces[first]
}
