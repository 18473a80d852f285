// Package realpart says which tests can run here, and are to. It finds the real
// programs that some tests need: browsers, servers, renderers. Where one is not
// installed its tests are skipped, unless JADE_REAL is set, as it is where they
// must all run: then they fail.
//
// As go test is quiet about what it skips, the reason is also appended to the file
// that JADE_SKIPPED names, for the test command to print in the end.
package realpart

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Command returns the path of the first of the commands that is installed.
// Install says how to get it.
func Command(t testing.TB, install string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, names[0]+" is not installed: "+install)
	return ""
}

// Folder returns the absolute path of a folder that something has to be installed into.
func Folder(t testing.TB, install, path string) string {
	t.Helper()
	full, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(full); err != nil || !info.IsDir() {
		missing(t, path+" is not there: "+install)
	}
	return full
}

// Long skips a test that takes a minute or more, unless JADE_ALL is set.
func Long(t testing.TB) {
	t.Helper()
	if os.Getenv("JADE_ALL") == "" {
		note(t, t.Name()+": it takes long: make test-all")
		t.Skip("it takes long: set JADE_ALL=1")
	}
}

func missing(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("JADE_REAL") != "" {
		t.Fatal(why)
	}
	note(t, t.Name()+": "+why)
	t.Skip(why)
}

func note(t testing.TB, text string) {
	t.Helper()
	path := os.Getenv("JADE_SKIPPED")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text + "\n"); err != nil {
		t.Fatal(err)
	}
}
