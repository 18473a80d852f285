package fc_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/faas/fc"
	"github.com/jade-go/jade/internal/notes"
)

// client has credentials as the fields of clients are: not exported, so that no method of theirs is called when a client is printed.
type client struct {
	creds  fc.Credentials
	to     *fc.Credentials
	all    []fc.Credentials
	byName map[string]fc.Credentials
	any    any
	Shown  fc.Credentials
}

func TestCredentials_printNoSecret(t *testing.T) {
	k := fc.NewCredentials("K", "S3CRET", "T0KEN")
	c := client{k, &k, []fc.Credentials{k}, map[string]fc.Credentials{"k": k}, k, k}
	var printed notes.Text
	for _, v := range []any{k, &k, c, &c, []any{c}, map[string]client{"c": c}, [1]client{c}, fmt.Errorf("client %v %+v %#v", c, &c, k)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			_, _ = fmt.Fprintf(&printed, verb+"\n", v)
		}
		body, err := json.Marshal(v)
		require.NoError(t, err)
		_, _ = printed.Write(body)
		slog.New(slog.NewTextHandler(&printed, nil)).Info("text", "v", v)
		slog.New(slog.NewJSONHandler(&printed, nil)).Info("json", "v", v)
	}
	for _, secret := range []string{"S3CRET", "T0KEN"} {
		require.NotContains(t, printed.String(), secret)
		require.NotContains(t, printed.String(), fmt.Sprintf("%x", secret))
	}
	require.Equal(t, "S3CRET T0KEN", k.KeySecret()+" "+k.Token(), "who asks is told")

	text, err := json.Marshal(map[string]any{"k": k})
	require.NoError(t, err)
	require.Equal(t, `{"k":"credentials K"}`, string(text))
	require.Empty(t, fc.Credentials{}.KeySecret()+fc.Credentials{}.Token())
}
