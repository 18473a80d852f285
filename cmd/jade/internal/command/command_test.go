package command

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Flags may come before and after the arguments.
func TestRun_flagsAnywhere(t *testing.T) {
	show := Command{Name: "show", Flags: func(flags *flag.FlagSet) func(context.Context, Streams, []string) error {
		to := flags.String("o", "", "")
		return func(_ context.Context, s Streams, args []string) error {
			fmt.Fprintf(s.Out, "%q %q", *to, args)
			return nil
		}
	}}
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, `"" []`},
		{[]string{"-o", "x", "a", "b"}, `"x" ["a" "b"]`},
		{[]string{"a", "-o", "x", "b"}, `"x" ["a" "b"]`},
		{[]string{"a", "b", "-o=x"}, `"x" ["a" "b"]`},
		{[]string{"-", "-o", "x"}, `"x" ["-"]`},
		{[]string{"a", "--", "-o", "x"}, `"" ["a" "-o" "x"]`},
		{[]string{"--", "a", "--", "-o"}, `"" ["a" "--" "-o"]`},
	} {
		var out, err bytes.Buffer
		code := Run(context.Background(), []Command{show}, append([]string{"show"}, c.args...), Streams{&out, &err})
		assert.Zero(t, code)
		assert.Equal(t, c.want, out.String(), c.args)
		assert.Empty(t, err.String())
	}
}
