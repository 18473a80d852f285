package whatif

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jade-go/jade/cmd/jade/internal/recorded"
	"github.com/jade-go/jade/trace"
)

// patience is how long loading is silent.
const patience = 2 * time.Second

// loader reads traces.
type loader struct {
	stdin io.Reader
	err   io.Writer // for the progress
	begun time.Time // or the last word about the progress
	files int

	traces []*trace.Trace
}

// load reads files, and the files *.json below folders.
func (l *loader) load(ctx context.Context, names []string) ([]*trace.Trace, error) {
	for _, name := range names {
		if name == recorded.Stdin {
			if err := l.read(ctx, name); err != nil {
				return nil, err
			}
			continue
		}
		before := l.files
		err := filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return short(path, err)
			case d.IsDir(), path != name && filepath.Ext(path) != ".json":
				return nil
			}
			return l.read(ctx, path)
		})
		if err != nil {
			return nil, err
		}
		if l.files == before {
			return nil, fmt.Errorf("%s: there is no file *.json in the folder", name)
		}
	}
	return l.traces, nil
}

func (l *loader) read(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return errors.New("interrupted")
	}
	traces, err := recorded.ReadFile(name, l.stdin)
	if err != nil {
		return err
	}
	for _, t := range traces {
		for i := range t.Spans { // what a forecast does not need
			s := &t.Spans[i]
			s.Err, s.Panic, s.Stack = "", "", ""
		}
	}
	l.traces = append(l.traces, traces...)
	l.files++
	if time.Since(l.begun) > patience {
		l.begun = time.Now()
		fmt.Fprintf(l.err, "jade whatif: traces read: %d\n", len(l.traces))
	}
	return nil
}

// short is an error of the file system with the name first.
func short(path string, err error) error {
	if failed, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("%s: %w", path, failed.Err)
	}
	return err
}

// printable is text for a terminal: what is not printable is escaped.
func printable(text string) string {
	quoted := strconv.QuoteToGraphic(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
