// Package guide_test holds the code of the guide. Every go block of a chapter
// is a region of a file here, and every output block is what a program here
// prints; after a change, go generate writes them into the chapters.
package guide_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

//go:generate go test -run TestGuide -update .

var update = flag.Bool("update", false, "write snippets and outputs into the chapters")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A block of a chapter is fenced, after a comment that says what is in it:
// "snippet: name" for a region, "prints: name" for what a program prints.
var block = regexp.MustCompile("(?ms)^<!-- (snippet|prints): (\\S+) -->\n```(\\w*)\n(.*?)^```$")

func TestGuide(t *testing.T) {
	inRealTime(t)
	g := guide{regions: readRegions(t), programs: programs, used: map[string]bool{}}
	for _, name := range append(chapters(t), "../../llms.txt") { // the map for code assistants quotes the guide
		t.Run(name, func(t *testing.T) {
			was, err := os.ReadFile(name)
			require.NoError(t, err)
			is := g.fresh(t, string(was))
			if *update {
				require.NoError(t, os.WriteFile(name, []byte(is), 0o644))
				return
			}
			require.Equal(t, is, string(was), "stale: run go generate in docs/guide")
			require.Equal(t, 2*len(block.FindAllString(is, -1)), strings.Count(is, "```"), "a block without a comment before it")
		})
	}
	for name := range g.regions {
		require.True(t, g.used["snippet: "+name], "snippet %s is in no chapter", name)
	}
	for name := range g.programs {
		require.True(t, g.used["prints: "+name], "what %s prints is in no chapter", name)
	}
}

// TestGuide_noticesStaleBlocks shows that TestGuide can fail.
func TestGuide_noticesStaleBlocks(t *testing.T) {
	g := guide{
		regions:  map[string]string{"wait": "time.Sleep(d)\n"},
		programs: map[string]func(){"wait": func() { timed(func() { time.Sleep(2 * time.Second) }) }},
		used:     map[string]bool{},
	}
	code, print := fenced("snippet", "wait", "go", "time.Sleep(d)\n"), fenced("prints", "wait", "text", "took 2s\n")
	fresh := "It waits:\n\n" + code + "\n\n" + print + "\n"
	require.Equal(t, fresh, g.fresh(t, fresh))
	require.Equal(t, fresh, g.fresh(t, strings.Replace(fresh, "(d)", "(2*d)", 1)))
	require.Equal(t, fresh, g.fresh(t, strings.Replace(fresh, "took 2s", "took 1s", 1)))
}

func TestChaptersAreLinkedInOrder(t *testing.T) {
	index, err := os.ReadFile("README.md")
	require.NoError(t, err)
	at := 0
	for _, name := range chapters(t) {
		if name == "README.md" {
			continue
		}
		i := strings.Index(string(index)[at:], "("+name+")")
		require.GreaterOrEqual(t, i, 0, "%s is missing or out of order", name)
		at += i
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)[)#]`)
	for _, name := range append(chapters(t), "../../llms.txt") {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		text = block.ReplaceAll(text, nil)
		for _, m := range link.FindAllSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(name), string(m[1])))
			require.NoError(t, err, name)
		}
	}
}

// guide is what the chapters quote.
type guide struct {
	regions  map[string]string
	programs map[string]func()
	used     map[string]bool // by the comments before the blocks
}

// fresh returns the text of a chapter with its blocks as they should be.
func (g guide) fresh(t *testing.T, text string) string {
	return block.ReplaceAllStringFunc(text, func(text string) string {
		parts := block.FindStringSubmatch(text)
		kind, name := parts[1], parts[2]
		g.used[kind+": "+name] = true
		if kind == "snippet" {
			require.Contains(t, g.regions, name)
			return fenced(kind, name, "go", g.regions[name])
		}
		require.Contains(t, g.programs, name)
		return fenced(kind, name, "text", output(t, g.programs[name]))
	})
}

func chapters(t *testing.T) []string {
	names, err := filepath.Glob("*.md")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	return names
}

func fenced(kind, name, language, text string) string {
	return fmt.Sprintf("<!-- %s: %s -->\n```%s\n%s```", kind, name, language, text)
}

var region = regexp.MustCompile(`(?ms)^\t*// snippet: (\S+)\n(.*?)^\t*// end$`)

// readRegions returns the regions of all files here by name, moved to the left margin.
func readRegions(t *testing.T) map[string]string {
	regions := map[string]string{}
	names, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range region.FindAllStringSubmatch(string(text), -1) {
			require.NotContains(t, regions, m[1], "two snippets of one name")
			lines := strings.Split(strings.TrimSpace(m[2]), "\n")
			indent := m[2][:len(m[2])-len(strings.TrimLeft(m[2], "\t"))]
			for i, line := range lines {
				lines[i] = strings.TrimPrefix(line, indent)
			}
			regions[m[1]] = strings.Join(lines, "\n") + "\n"
		}
	}
	return regions
}

// output runs a program in simulated time and returns what it prints. What the program
// leaves behind has an hour to end.
func output(t *testing.T, program func()) string {
	file, err := os.Create(filepath.Join(t.TempDir(), "stdout"))
	require.NoError(t, err)
	defer file.Close()
	stdout := os.Stdout
	defer func() { os.Stdout = stdout }()
	os.Stdout = file
	synctest.Test(t, func(*testing.T) {
		program()
		time.Sleep(time.Hour)
	})
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	return string(text)
}
