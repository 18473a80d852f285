package probe

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/source"
)

// output is what the test of a package has printed.
type output struct {
	text     string
	finished bool
}

// outputs sorts the events of go test -json by package.
func outputs(r *bytes.Buffer) map[string]output {
	all := map[string]output{}
	texts := map[string]*strings.Builder{}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		var e struct{ Action, Package, ImportPath, Output string }
		if json.Unmarshal(line, &e) == nil {
			path := e.Package
			if path == "" {
				path, _, _ = strings.Cut(e.ImportPath, " ")
				path = strings.TrimSuffix(path, ".test")
			}
			if texts[path] == nil {
				texts[path] = &strings.Builder{}
			}
			texts[path].WriteString(e.Output)
			if e.Action == "pass" {
				all[path] = output{finished: true}
			}
		}
		if err != nil {
			break
		}
	}
	for path, text := range texts {
		all[path] = output{text.String(), all[path].finished}
	}
	return all
}

// read reads the reports in what a test has printed. If the process has ended during a target, it says which, and why; else the target is -1.
func read(text string, result *Result) (during int, why string, err error) {
	var encoded strings.Builder
	var rest []string
	during = -1
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		begun, isBegin := strings.CutPrefix(line, "#jade-begin ")
		part, isPart := strings.CutPrefix(line, "#jade ")
		switch {
		case isBegin:
			if during, err = strconv.Atoi(begun); err != nil {
				return -1, "", err
			}
			rest = nil
		case isPart:
			encoded.WriteString(part)
		case line == "#jade-end":
			r, err := decode(encoded.String())
			if err != nil {
				return -1, "", err
			}
			encoded.Reset()
			result.Reports = append(result.Reports, r)
			during = -1
		default:
			rest = append(rest, line)
		}
	}
	return during, reason(strings.Join(rest, "\n")), nil
}

// decode reads a report. One without a name is about the package's variables.
func decode(encoded string) (Report, error) {
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return Report{}, err
	}
	r := struct {
		Name string
		Report
	}{}
	if err := json.Unmarshal(data, &r); err != nil {
		return Report{}, err
	}
	r.Report.Target = -1
	if r.Name != "" {
		r.Report.Target, err = strconv.Atoi(r.Name)
	}
	r.Report.Why = steady(r.Report.Why)
	return r.Report, err
}

// inTarget is what the compiler says of the call of a target, whose line has a name for this.
var inTarget = regexp.MustCompile(`(?m)jade-target-(\d+)\.go:\d+(?::\d+)?: (.*)$`)

// uncompiled are the targets whose calls do not compile. If the fault is elsewhere, as in the tests that directives need, those are it.
func uncompiled(pkg *source.Package, skip map[int]string, text string) map[int]string {
	all := map[int]string{}
	add := func(i int, why string) {
		t := pkg.Targets[i]
		switch {
		case all[i] != "":
		case t.Expression != "":
			all[i] = "the comment //jade:flow does not compile: " + steady(why)
		default:
			all[i] = "a call of it does not compile: " + steady(why)
		}
	}
	for _, found := range inTarget.FindAllStringSubmatch(text, -1) {
		if i, err := strconv.Atoi(found[1]); err == nil && i < len(pkg.Targets) {
			add(i, found[2])
		}
	}
	if len(all) > 0 {
		return all
	}
	for i, t := range pkg.Targets {
		if skip[i] == "" && t.Expression != "" {
			add(i, reason(text))
		}
	}
	return all
}

// reason is the line of an output that says most.
func reason(text string) string {
	last := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "", strings.HasPrefix(line, "#"), strings.HasPrefix(line, "FAIL"), strings.HasPrefix(line, "exit status"), strings.HasPrefix(line, "==="), strings.HasPrefix(line, "---"):
		case strings.HasPrefix(line, "panic:"), strings.HasPrefix(line, "fatal error:"), strings.Contains(line, ".go:"):
			return steady(line)
		default:
			last = line
		}
	}
	return cmp.Or(steady(last), "it says nothing")
}

// changing is what may differ from run to run: times, lines of files, folders, and addresses in memory.
var changing = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)? ?`), ""},
	{regexp.MustCompile(`\.go:\d+(:\d+)?`), ".go"},
	{regexp.MustCompile(`(^|[\s"'(=:])(/[^\s/"'():]+)*/([^\s/"'():]+)`), "$1$3"},
	{regexp.MustCompile(`0x[0-9a-f]{6,}`), "0x…"},
}

// steady is a reason without what changes from run to run.
func steady(why string) string {
	for _, c := range changing {
		why = c.what.ReplaceAllString(why, c.with)
	}
	return why
}
