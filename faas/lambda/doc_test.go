package lambda_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The lines that the package's comment shows are of programs that are built, and run, by the tests.
func TestDoc_showsWhatIsBuilt(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for program, line := range map[string]string{
		"orderpage":  "func main() { lambda.Start(orderpage.New()) }",
		"orderlines": `lambda.StartStreaming(faas.New("order-lines", lambda.Streamed(writeLines)))`,
	} {
		text, err := os.ReadFile("examples/" + program + "/main.go")
		require.NoError(t, err)
		require.Contains(t, string(text), line)
		require.Contains(t, string(doc), "//\t"+line+"\n")
	}
	for _, class := range []string{"code", "system", "dependency", "timeout", "canceled", "business", "input", "output", "init"} {
		require.Equal(t, 1, strings.Count(string(doc), "\n//\tjade."+class+" "), class)
	}
}
