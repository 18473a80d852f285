package diagram_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/diagram"
	"github.com/jade-go/jade/internal/realpart"
)

// visit is what the browser is to do: see testdata/browser/drive.mjs.
type visit struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Dark   bool   `json:"dark,omitempty"`
	Static bool   `json:"static,omitempty"` // without scripts
	Hover  string `json:"hover,omitempty"`  // over a box
	Tap    string `json:"tap,omitempty"`    // on a bar
	Focus  string `json:"focus,omitempty"`  // a bar
	Click  string `json:"click,omitempty"`  // on a box, without scripts
	Search string `json:"search,omitempty"`
	All    bool   `json:"all,omitempty"` // switch to all boxes
	Shot   string `json:"shot,omitempty"`
	Whole  bool   `json:"whole,omitempty"` // the picture is of all of the page
}

// saw is what came of a visit.
type saw struct {
	Name     string   `json:"name"`
	Errors   []string `json:"errors"`
	Requests []string `json:"requests"`
	Dialogs  int      `json:"dialogs"`
	Loaded   int      `json:"loaded"` // milliseconds of processor time
	Ground   string   `json:"ground"`
	Looks    struct {
		Overlaps []string `json:"overlaps"`
		Labels   int      `json:"labels"`
		Scrolls  int      `json:"scrolls"` // pixels that the page is wider than the window
		Cut      int      `json:"cut"`     // pixels that the chart is wider than its place
		Fades    bool     `json:"fades"`   // where it is cut on the right
		Top      string   `json:"top"`     // the section that comes first
		Verdict  string   `json:"verdict"`
	} `json:"looks"`
	Few, All                                int // boxes before and after the switch
	Hovered, Left, Tapped, Focused, Entered chosen
	Clicked                                 string `json:"clicked"`
	Found                                   struct {
		Text        string
		Boxes, Rows []string
	} `json:"found"`
}

// chosen is what a page tells of, and what it highlights.
type chosen struct{ Told, On []string }

const (
	getBrowser  = "apt-get install chromium"
	getNode     = "apt-get install nodejs npm"
	getPackages = "npm ci in diagram/testdata/browser"
)

// browse has a browser visit pages. If JADE_SHOTS names a folder, the pictures are kept there.
func browse(t *testing.T, visits []visit) map[string]saw {
	t.Helper()
	browser := realpart.Command(t, getBrowser, "chromium", "chromium-browser", "google-chrome")
	node := realpart.Command(t, getNode, "node")
	realpart.Folder(t, getPackages, "testdata/browser/node_modules/playwright-core")
	for i := range visits {
		visits[i].Shot = filepath.Join(shots(t), visits[i].Name+".png")
	}
	plan, err := json.Marshal(visits)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "plan.json")
	require.NoError(t, os.WriteFile(path, plan, 0o600))
	out, err := exec.CommandContext(t.Context(), node, "testdata/browser/drive.mjs", browser, path).Output()
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		require.NoError(t, err, string(failed.Stderr))
	}
	require.NoError(t, err)
	var all []saw
	require.NoError(t, json.Unmarshal(out, &all))
	require.Len(t, all, len(visits))
	found := map[string]saw{}
	for _, s := range all {
		found[s.Name] = s
	}
	return found
}

func shots(t *testing.T) string {
	if dir := os.Getenv("JADE_SHOTS"); dir != "" {
		return dir
	}
	return t.TempDir()
}

func pageFile(t *testing.T, d *diagram.Diagram) string {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "page.html"))
	require.NoError(t, err)
	require.NoError(t, d.WriteHTML(f))
	require.NoError(t, f.Close())
	return f.Name()
}

func TestPages_inARealBrowser(t *testing.T) {
	slow, failing, nested := shopPage(400*milli, nil), shopPage(50*milli, errors.New("item: HTTP 503")), nestedPage()
	shop := pageFile(t, diagram.Overlay(slow.Graph(), traceOf(t, slow)))
	failed := pageFile(t, diagram.Overlay(failing.Graph(), traceOf(t, failing)))
	home := pageFile(t, diagram.Overlay(nested.Graph(), traceOf(t, nested)))
	plain := pageFile(t, diagram.Flow(nested.Graph()))
	busy := pageFile(t, diagram.Overlay(busyPage().Graph(), traceOf(t, busyPage())).Home("?", "all runs"))
	huge := pageFile(t, diagram.Overlay(layered(5000, 25)))
	evil, big := pageFile(t, diagram.Overlay(hostile())), pageFile(t, diagram.Overlay(thousand()))
	seen := browse(t, []visit{
		{Name: "light", File: shop, Width: 1440, Height: 900, Hover: "coupons", Focus: "freight", Search: "COUP"},
		{Name: "dark", File: shop, Width: 1280, Height: 800, Dark: true, Hover: "item"},
		{Name: "phone", File: shop, Width: 390, Height: 844, Tap: "coupons", Whole: true},
		{Name: "static", File: shop, Width: 1280, Height: 800, Static: true, Click: "address"},
		{Name: "failed", File: failed, Width: 1440, Height: 900},
		{Name: "nested", File: home, Width: 1440, Height: 900, Hover: "history", Whole: true},
		{Name: "nested phone", File: home, Width: 390, Height: 844, Tap: "history", Whole: true},
		{Name: "flow", File: plain, Width: 1280, Height: 800, Hover: "recommend"},
		{Name: "hostile", File: evil, Width: 1440, Height: 900, Search: "<script>", Whole: true},
		{Name: "hostile phone", File: evil, Width: 390, Height: 844, Whole: true},
		{Name: "busy", File: busy, Width: 1400, Height: 900, Whole: true},
		{Name: "busy dark", File: busy, Width: 1400, Height: 900, Dark: true, All: true, Whole: true},
		{Name: "busy phone", File: busy, Width: 390, Height: 844, Whole: true},
		{Name: "busy phone dark", File: busy, Width: 390, Height: 844, Dark: true, Tap: "stock", Whole: true},
		{Name: "huge", File: huge, Width: 1400, Height: 900},
		{Name: "thousand", File: big, Width: 1440, Height: 900, Search: "call-777"},
	})
	for name, s := range seen {
		assert.Empty(t, s.Errors, name)
		assert.Empty(t, s.Requests, name)
		assert.Zero(t, s.Dialogs, name)
		assert.Empty(t, s.Looks.Overlaps, name)
		assert.Zero(t, s.Looks.Scrolls, "%s: the page is wider than the window", name)
		assert.True(t, s.Looks.Labels > 5 || name == "static", "%s: labels were looked at", name)
		assert.Less(t, s.Loaded, 10_000, name)
	}

	assert.Zero(t, seen["busy"].Looks.Cut, "24 nodes fit")
	assert.Equal(t, "fall", seen["busy phone"].Looks.Top, "the waterfall comes first")
	assert.Equal(t, "flow", seen["busy"].Looks.Top)
	assert.Greater(t, seen["busy dark"].All, seen["busy dark"].Few, "the switch shows what lies between")
	assert.Less(t, seen["huge"].Loaded, 80*seen["light"].Loaded, "5,000 calls take less than 80 times as long as six")
	assert.True(t, seen["busy phone"].Looks.Cut == 0 || seen["busy phone"].Looks.Fades)

	light := seen["light"]
	assert.Contains(t, light.Looks.Verdict, "Slowest on the critical path: coupons")
	require.Len(t, light.Hovered.Told, 1)
	assert.Contains(t, light.Hovered.Told[0], "sooner")
	assert.Len(t, light.Hovered.On, 3, "the box, the bar and what is said above: %s", light.Hovered.On)
	assert.Empty(t, light.Left.On)
	assert.Contains(t, strings.Join(light.Focused.Told, ""), "freight")
	assert.Equal(t, []string{"coupons, degraded, 300\u00a0ms, timeout, on the critical path"}, light.Found.Boxes)
	assert.Len(t, light.Found.Rows, 2, "the run and coupons in it: %s", light.Found.Rows)
	assert.Equal(t, "1 found", light.Found.Text)
	assert.Contains(t, strings.Join(light.Entered.Told, ""), "coupons")
	assert.NotEqual(t, light.Ground, seen["dark"].Ground)
	assert.Contains(t, strings.Join(seen["phone"].Tapped.Told, ""), "coupons")
	assert.Contains(t, seen["static"].Clicked, "address")
	assert.Equal(t, "2 found", seen["hostile"].Found.Text, "the run and a call")
	assert.Contains(t, strings.Join(seen["thousand"].Entered.Told, ""), "call-777")
}

// What the test above looks for, it finds.
func TestPages_aBadOneIsSeen(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.html")
	require.NoError(t, os.WriteFile(bad, []byte(`<body><div id="verdict"></div><svg id="chart" width="900" height="50">
		<text x="5" y="20">one label</text><text x="9" y="22">another</text></svg>
		<img src="https://example.invalid/x.png"><script>console.error("no")</script>`), 0o600))
	s := browse(t, []visit{{Name: "bad", File: bad, Width: 390, Height: 844}})["bad"]
	assert.NotEmpty(t, s.Errors)
	assert.NotEmpty(t, s.Requests)
	assert.NotEmpty(t, s.Looks.Overlaps)
	assert.Positive(t, s.Looks.Scrolls)
}
