// Package diff is the command jade diff.
package diff

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jade-go/jade/cmd/jade/internal/command"
	"github.com/jade-go/jade/cmd/jade/internal/compare"
	"github.com/jade-go/jade/cmd/jade/internal/model"
	"github.com/jade-go/jade/cmd/jade/internal/survey"
)

// Command is jade diff.
var Command = command.Command{
	Name:    "diff",
	Summary: "say what a change does to flows, for a review",
	Args:    "<commit>..<commit> [packages]",
	Long: `
jade diff compares the flows of two commits: calls that are new, gone or renamed;
what has become serial or parallel; policies, limits, gates and fallbacks; what is
required or optional; the input and the output; and the fault matrix, cell by cell.

With one commit instead of two, it compares that commit with the files as they are.
Commits are checked out into temporary folders, so your files stay as they are.

Example:

	jade diff main..HEAD ./...
	jade diff -format html main..HEAD ./... >diff.html`,
	Flags: func(flags *flag.FlagSet) func(context.Context, command.Streams, []string) error {
		var o options
		flags.StringVar(&o.format, "format", "md", "md or html")
		flags.BoolVar(&o.check, "check", false, "exit with 1 if a flow has changed")
		flags.StringVar(&o.tags, "tags", "", "build `tags`, separated by commas")
		return func(ctx context.Context, s command.Streams, args []string) error { return o.run(ctx, s, args) }
	},
}

type options struct {
	format, tags string
	check        bool
}

func (o options) run(ctx context.Context, s command.Streams, args []string) error {
	write, ok := map[string]func([]compare.Change, string) ([]byte, error){"md": markdown, "html": html}[o.format]
	switch {
	case !ok:
		return command.Usage("-format is %q, and must be md or html", o.format)
	case len(args) == 0:
		return command.Usage("say which commits to compare, such as main..HEAD")
	case strings.HasPrefix(args[0], "."):
		return command.Usage("%q is no commit: the commits come before the packages", args[0])
	}
	revisions, patterns := args[0], args[1:]
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	from, to, two := strings.Cut(revisions, "..")
	to = strings.TrimPrefix(to, ".") // A...B is what B has changed since it left A, for the flows of a review too
	if from == "" {
		return command.Usage("%q has no commit before the dots", revisions)
	}
	if two && to == "" {
		to = "HEAD"
	}
	g, err := open(ctx)
	if err != nil {
		return err
	}
	if strings.Contains(revisions, "...") {
		if from, err = g.run(ctx, "merge-base", from, to); err != nil {
			return err
		}
	}
	before, err := o.at(ctx, s, g, from, patterns)
	if err != nil {
		return err
	}
	after, err := o.at(ctx, s, g, to, patterns)
	if err != nil {
		return err
	}
	changes := compare.Models(before, after)
	out, err := write(changes, revisions)
	if err != nil {
		return err
	}
	if _, err := s.Out.Write(out); err != nil {
		return err
	}
	if o.check && len(changes) > 0 {
		return command.ErrFindings
	}
	return nil
}

// at describes the flows of a commit, or of the files as they are if there is no commit.
func (o options) at(ctx context.Context, s command.Streams, g *git, commit string, patterns []string) (*model.Model, error) {
	dir, name := g.dir, "the files"
	if commit != "" {
		name = commit
		tree, remove, err := g.checkout(ctx, commit)
		if err != nil {
			return nil, err
		}
		defer remove()
		if dir = filepath.Join(tree, g.below); !exists(dir) {
			return &model.Model{}, nil // the folder came later
		}
	}
	m, err := survey.Take(ctx, survey.Options{Dir: dir, Tags: o.tags, Progress: s.Err, Anywhere: true}, patterns...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// git is the repository around the current folder.
type git struct {
	dir   string // the current folder
	top   string // that of the repository
	below string // the path from top to dir
	env   []string
}

func open(ctx context.Context) (*git, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	g := &git{dir: dir}
	if g.top, err = g.run(ctx, "rev-parse", "--show-toplevel"); err != nil {
		return nil, err
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	g.below, err = filepath.Rel(g.top, real)
	return g, err
}

func (g *git) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Env = g.dir, g.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		text, _, _ := strings.Cut(strings.TrimSpace(errs.String()), "\n")
		return "", fmt.Errorf("git %s: %s", strings.Join(args, " "), text)
	}
	return strings.TrimSpace(string(out)), err
}

// checkout makes a folder with the files of a commit. It uses an index of its own, so the repository stays as it is.
func (g *git) checkout(ctx context.Context, commit string) (dir string, remove func(), err error) {
	id, err := g.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", commit+"^{commit}")
	if err != nil || id == "" {
		return "", nil, fmt.Errorf("there is no commit %q", commit)
	}
	temporary, err := os.MkdirTemp("", "jade-diff-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(temporary) }
	dir = filepath.Join(temporary, "tree")
	own := &git{dir: g.top, env: append(os.Environ(), "GIT_INDEX_FILE="+filepath.Join(temporary, "index"))}
	if _, err = own.run(ctx, "read-tree", id); err == nil {
		_, err = own.run(ctx, "checkout-index", "--all", "--prefix="+dir+string(filepath.Separator))
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return dir, remove, nil
}
