package guard

import (
	"hash/maphash"
	"sync"
	"time"
)

// sketch counts how often keys are asked for in each second. It keeps only the keys that are asked for most. It is the space-saving algorithm
// ("Efficient Computation of Frequent and Top-k Elements in Data Streams", Metwally, Agrawal and El Abbadi, 2005): a new key takes the place of the
// key with the smallest count, and begins with that count. So a count is never too small, and excess says by how much it may be too large.
type sketch[K comparable, V any] struct {
	least  int // calls a second of a hot key
	seed   maphash.Seed
	shards [16]sketchShard[K, V]
}

const perShard = 64

type sketchShard[K comparable, V any] struct {
	mu   sync.Mutex
	at   map[K]*heat[K, V]
	all  []*heat[K, V] // the same keys
	next int           // where the search for the smallest count begins
}

// heat is what is known of a key.
type heat[K comparable, V any] struct {
	key    K
	second int64 // the one that count is of
	count  int   // in that second
	excess int   // by which count may be too large
	before int   // in the second before, at least
	value  V     // of a hot key, if it has one
	until  time.Time
}

// use says where a call gets its result from.
type use int8

const (
	useTask  use = iota // from the task: the key is cold
	useCall             // from a shared call
	useValue            // from the kept value
)

func newSketch[K comparable, V any](least int) *sketch[K, V] {
	return &sketch[K, V]{least: least, seed: maphash.MakeSeed()}
}

func (s *sketch[K, V]) of(key K) *sketchShard[K, V] {
	return &s.shards[maphash.Comparable(s.seed, key)%uint64(len(s.shards))]
}

// touch counts a call, and says where it gets its result from.
func (s *sketch[K, V]) touch(key K, now time.Time) (v V, u use) {
	sh := s.of(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	h := sh.heat(key, now.Unix())
	h.count++
	switch {
	case h.rate() < s.least:
		if !h.until.IsZero() { // it was hot
			h.drop()
		}
		return v, useTask
	case now.Before(h.until):
		return h.value, useValue
	}
	return v, useCall
}

// value returns the value of a key, if one is kept.
func (s *sketch[K, V]) value(key K, now time.Time) (v V, ok bool) {
	sh := s.of(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if h := sh.at[key]; h != nil && now.Before(h.until) {
		return h.value, true
	}
	return v, false
}

// keep keeps the value of a key, if the sketch still has that key.
func (s *sketch[K, V]) keep(key K, v V, until time.Time) {
	sh := s.of(key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if h := sh.at[key]; h != nil {
		h.value, h.until = v, until
	}
}

// hottest returns the keys that are hot, with their calls a second.
func (s *sketch[K, V]) hottest(now time.Time) map[K]int {
	hot := map[K]int{}
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.Lock()
		for _, h := range sh.all {
			if h.turn(now.Unix()); h.rate() >= s.least {
				hot[h.key] = h.rate()
			}
		}
		sh.mu.Unlock()
	}
	return hot
}

// heat returns the heat of a key. A new key may take the place of another one.
func (sh *sketchShard[K, V]) heat(key K, second int64) *heat[K, V] {
	h := sh.at[key]
	switch {
	case h != nil:
		h.turn(second)
		return h
	case sh.at == nil:
		sh.at = make(map[K]*heat[K, V], perShard)
	}
	if len(sh.all) < perShard {
		h = &heat[K, V]{key: key, second: second}
		sh.all = append(sh.all, h)
	} else {
		h = sh.smallest(second)
		delete(sh.at, h.key)
		*h = heat[K, V]{key: key, second: second, count: h.count, excess: h.count}
	}
	sh.at[key] = h
	return h
}

// smallest returns the key with the smallest count. If several keys were not asked for at all, it takes them in turn.
func (sh *sketchShard[K, V]) smallest(second int64) (least *heat[K, V]) {
	for i := range sh.all {
		h := sh.all[(sh.next+i)%len(sh.all)]
		h.turn(second)
		if least == nil || h.count+h.before < least.count+least.before {
			least = h
		}
		if h.count+h.before == 0 {
			sh.next = (sh.next + i + 1) % len(sh.all)
			return h
		}
	}
	return least
}

// turn begins a new second, if second is another one. The clock may also have gone back, into a test bubble: see the package's comment.
func (h *heat[K, V]) turn(second int64) {
	if h.second == second {
		return
	}
	if second < h.second {
		h.drop()
	}
	if h.before = 0; second == h.second+1 {
		h.before = h.count - h.excess
	}
	h.second, h.count, h.excess = second, 0, 0
}

// rate is how often the key was asked for in this second or in the one before, whichever is more. The true number may be higher.
func (h *heat[K, V]) rate() int { return max(h.count-h.excess, h.before) }

func (h *heat[K, V]) drop() {
	var none V
	h.value, h.until = none, time.Time{}
}
