package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A seventh call is one task and one line of the flow. What else must change
// the compiler says, change by change: the program builds when there is nothing left to say.
func TestSeventhCall(t *testing.T) {
	p := newPatched(t)
	p.create("gift.go", `package main

import "context"

type Gift struct{ Name string }

var noGift = Gift{}

func (s *shop) gift(_ context.Context, item Item, to Address) (Gift, error) {
	return Gift{"a spoon for the " + item.Category + " in " + to.City}, nil
}
`)

	// The task and the line.
	p.after("handler.go", "s.inspection).Wrap(inTime)", "\n\tfetchGift := task.New2(\"gift\", s.gift).Wrap(inTime)")
	line := p.after("handler.go", "flow.Step2(fetchInspection, item, address)", "\n\t\tgift := flow.Step2(fetchGift, item, address)")
	p.refused("handler.go", line+1, "declared and not used: gift")

	// So it has to be used: in the page.
	line = p.replace("handler.go", "flow.Map7(", "flow.Map8(")
	p.replace("handler.go", "flow.Try(inspection), render)", "flow.Try(inspection), flow.Try(gift), render)")
	p.refused("handler.go", line+1, "of render does not match", "future.Result[Gift]")

	// render has to take it, and is the place that says what becomes of it.
	p.replace("handler.go", "inspection future.Result[Inspection],", "inspection future.Result[Inspection], gift future.Result[Gift],")
	line = p.after("handler.go", `orElse(&page, "inspection", inspection, noInspection)`, "\n\tpage.Gift = orElse(&page, \"gift\", gift, noGift)")
	p.refused("handler.go", line+1, "page.Gift undefined")

	// And that is all.
	p.after("page.go", "Inspection Inspection   `json:\"inspection\"`", "\n\tGift Gift `json:\"gift\"`")
	built, text := p.build()
	require.Empty(t, text)
	out, err := exec.CommandContext(t.Context(), built).Output()
	require.NoError(t, err)
	assert.Contains(t, string(out), `"gift": {"Name":"a spoon for the kitchen in Hangzhou"}`)
	assert.Regexp(t, `(?m)^[ *]   gift .*s `, string(out), "the report has it from the flow")
}

// patched is this program with changes to its files, of which the ones on disk know nothing.
type patched struct {
	t     *testing.T
	here  string
	dir   string            // of the changed files
	files map[string]string // text by name
}

func newPatched(t *testing.T) *patched {
	here, err := os.Getwd()
	require.NoError(t, err)
	return &patched{t, here, t.TempDir(), map[string]string{}}
}

func (p *patched) create(name, text string) { p.files[name] = text }

// after inserts text behind what a file has once, and returns the line of that.
func (p *patched) after(name, old, text string) (line int) {
	return p.replace(name, old, old+text)
}

func (p *patched) replace(name, old, text string) (line int) {
	if _, read := p.files[name]; !read {
		source, err := os.ReadFile(name)
		require.NoError(p.t, err)
		p.files[name] = string(source)
	}
	before, behind, found := strings.Cut(p.files[name], old)
	require.True(p.t, found, "%s has no %s", name, old)
	require.NotContains(p.t, behind, old, name)
	p.files[name] = before + text + behind
	return strings.Count(before, "\n") + 1
}

// refused checks that the program does not build, and that the compiler says
// why: what, at a line of a file.
func (p *patched) refused(file string, line int, what ...string) {
	p.t.Helper()
	_, text := p.build()
	at := fmt.Sprintf("%s:%d:", filepath.Join(p.dir, file), line)
	for said := range strings.Lines(text) {
		if strings.HasPrefix(said, at) {
			for _, w := range what {
				assert.Contains(p.t, said, w)
			}
			return
		}
	}
	assert.Fail(p.t, "no error at "+at, text)
}

// build builds the changed program, and returns what the compiler said.
func (p *patched) build() (program, said string) {
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for name, text := range p.files {
		changed := filepath.Join(p.dir, name)
		require.NoError(p.t, os.WriteFile(changed, []byte(text), 0o600))
		overlay.Replace[filepath.Join(p.here, name)] = changed
	}
	list, err := json.Marshal(overlay)
	require.NoError(p.t, err)
	listed := filepath.Join(p.dir, "overlay.json")
	require.NoError(p.t, os.WriteFile(listed, list, 0o600))
	program = filepath.Join(p.dir, "seven.exe")
	args := []string{"build", "-overlay", listed, "-o", program}
	if raceEnabled {
		args = append(args, "-race") // what it imports is built already
	}
	out, _ := exec.CommandContext(p.t.Context(), "go", append(args, ".")...).CombinedOutput()
	return program, string(out)
}
