package gcf_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The lines that the package's comment shows are those of files that are built, and run, by the tests.
func TestDoc_showsWhatIsBuilt(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for file, line := range map[string]string{
		"examples/orderpage/main.go": "func main() { gcf.Start(orderpage.New()) }",
		"example_test.go":            "func init() { gcf.Register(faas.New(\"greet\", greet)) }",
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(text), line)
		require.Contains(t, string(doc), "//\t"+line+"\n")
	}
}
