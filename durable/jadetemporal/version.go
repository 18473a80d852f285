package jadetemporal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// version is one version of a flow.
type version struct {
	name  string // flow.Graph.Hash
	graph flow.Graph
}

// isPart reports whether a node is a flow that is a part of the run, and no call.
func isPart(n flow.GraphNode) bool {
	return n.Kind == flow.KindStep && n.Flow != nil && len(n.Policies) == 0
}

func undoes(n flow.GraphNode) bool {
	return slices.ContainsFunc(n.Policies, func(p task.Policy) bool { return p.Kind == "undo" })
}

// family is the versions of a flow that a worker has.
type family struct {
	name   string
	engine *Engine

	mu       sync.Mutex
	versions map[string]*version
	types    map[string]bool // of activities that are registered
}

// add takes a version, and reports whether it is new.
func (fam *family) add(v *version) bool {
	fam.mu.Lock()
	defer fam.mu.Unlock()
	if fam.versions[v.name] != nil {
		return false
	}
	fam.versions[v.name] = v
	return true
}

// find returns the version with a name; or an error that says what this worker has in its place.
func (fam *family) find(name string) (*version, error) {
	fam.mu.Lock()
	defer fam.mu.Unlock()
	if v := fam.versions[name]; v != nil {
		return v, nil
	}
	return nil, &VersionError{Flow: fam.name, Want: name, Have: slices.Sorted(maps.Keys(fam.versions))}
}

// VersionError says that a worker does not have the version of a flow that a run was started with. The run goes on when a worker comes that has it: keep workers
// of the old version for as long as its runs go on, or register it beside the new one.
type VersionError struct {
	Flow string
	Want string   // version of the run: see Flow.Version
	Have []string // those of the worker
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("jadetemporal: %s: the run was started with version %s of the flow, this worker has %s: it waits for a worker with that version",
		e.Flow, e.Want, strings.Join(e.Have, ", "))
}
