package cloudevents_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The lines that the package's comment shows are those of files that are built by the tests.
func TestDoc_showsWhatIsBuilt(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	for line, file := range map[string]string{
		`handler := cloudevents.HTTP(orderpage.New(), cloudevents.Type("order.page"), cloudevents.Limit(time.Second))`: "examples/orderpage/main.go",
		`return client.StartReceiver(ctx, cloudevents.Receiver(handler, cloudevents.Type("order.page")))`:              "example_test.go",
		`return kafka.StartReceiver(ctx, cloudevents.Consumer(handler))`:                                               "example_test.go",
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, string(text), "\t"+line+"\n")
		require.Contains(t, string(doc), "//\t"+line+"\n")
	}
}
