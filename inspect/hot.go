package inspect

import (
	"cmp"
	"slices"
	"strings"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/internal/engine"
	"github.com/jade-go/jade/internal/excerpt"
)

// hotKey is one line of the page: a key that is asked for often just now, and the nodes whose task protects it.
type hotKey struct {
	guard.HotKey
	Around string
}

// mostHot is how many hot keys the page lists, and longestKey how much of each it shows, in bytes.
const (
	mostHot    = 50
	longestKey = 200
)

// hotKeys are those of the tasks of all flows, the one with the most calls first.
func (h *handler) hotKeys() (all []hotKey) {
	around := map[*guard.HotKeys][]string{}
	for _, g := range h.graphs {
		hotIn(around, g, g.Name)
	}
	for hot, nodes := range around {
		for _, k := range hot.Keys() {
			k.Key = excerpt.Of(k.Key, longestKey)
			all = append(all, hotKey{k, strings.Join(nodes, ", ")})
		}
	}
	slices.SortFunc(all, func(a, b hotKey) int {
		return cmp.Or(b.PerSecond-a.PerSecond, cmp.Compare(a.Key, b.Key), cmp.Compare(a.Around, b.Around))
	})
	return all[:min(len(all), mostHot)]
}

// hotIn adds the nodes of g to the hot keys of their tasks.
func hotIn(around map[*guard.HotKeys][]string, g flow.Graph, path string) {
	var seal engine.Seal
	for _, n := range g.Nodes {
		at := path + "/" + n.Name
		for _, shown := range flow.ShownOf(seal, n) {
			if hot, ok := shown.(*guard.HotKeys); ok {
				around[hot] = append(around[hot], at)
			}
		}
		if n.Flow != nil {
			hotIn(around, *n.Flow, at)
		}
	}
}
