package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// conditions are what the numbers depend on.
type conditions struct {
	cpu    string
	cores  int // that Go uses
	system string
	golang string
	peers  []string // module and version
	passes int
	each   time.Duration // a contender's run in a pass
	date   time.Time
}

// modules are those whose versions the table names.
var modules = []string{
	"golang.org/x/sync",
	"github.com/sourcegraph/conc",
	"github.com/samber/mo",
	"github.com/alitto/pond/v2",
	"github.com/samber/lo",
	"github.com/cloudwego/eino",
	"github.com/heimdalr/dag",
}

func currentConditions(passes int, each time.Duration) conditions {
	return conditions{
		cpu:    cpuModel(),
		cores:  runtime.GOMAXPROCS(0),
		system: runtime.GOOS + "/" + runtime.GOARCH,
		golang: runtime.Version(),
		peers:  versions(),
		passes: passes,
		each:   each,
		date:   time.Now().UTC(),
	}
}

func (c conditions) String() string {
	return fmt.Sprintf("%s, %d cores, %s, %s; %s; %d passes of %v each; %s.",
		c.cpu, c.cores, c.system, c.golang, strings.Join(c.peers, ", "), c.passes, c.each, c.date.Format(time.DateOnly))
}

// cpuModel is what Linux says; elsewhere the architecture has to do.
func cpuModel() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(info)) {
			key, value, found := strings.Cut(line, ":")
			if found && strings.TrimSpace(key) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return runtime.GOARCH
}

// versions are those that this program was built with.
func versions() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	var found []string
	for _, m := range modules {
		i := slices.IndexFunc(info.Deps, func(dep *debug.Module) bool { return dep.Path == m })
		if i >= 0 {
			found = append(found, m+" "+info.Deps[i].Version)
		}
	}
	return found
}
