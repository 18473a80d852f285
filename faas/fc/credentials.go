package fc

import (
	"context"
	"encoding/json"
	"log/slog"
)

// Credentials are those of the function's role, for a while. However they are printed, logged or written as JSON, alone or as a part of
// something, only the id of the key is shown.
type Credentials struct {
	KeyID string

	// Functions, as packages fmt and log/slog print strings of a field that is not exported, and ask no method there.
	keySecret, token func() string
}

// NewCredentials returns credentials, for tests of what takes them.
func NewCredentials(keyID, keySecret, token string) Credentials {
	return Credentials{keyID, func() string { return keySecret }, func() string { return token }}
}

// KeySecret returns the secret of the key.
func (c Credentials) KeySecret() string { return told(c.keySecret) }

// Token returns the security token, which is sent along with what the key signs.
func (c Credentials) Token() string { return told(c.token) }

func told(secret func() string) string {
	if secret == nil {
		return ""
	}
	return secret()
}

func (c Credentials) String() string { return "credentials " + c.KeyID }

// GoString is String, for %#v.
func (c Credentials) GoString() string { return c.String() }

// MarshalJSON is String, too.
func (c Credentials) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

// LogValue implements slog.LogValuer.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// CredentialsOf returns the credentials that came with the invocation; none if ctx is not of one or the function has no role.
func CredentialsOf(ctx context.Context) (c Credentials, ok bool) {
	i, ok := ctx.Value(contextKey{}).(*invocation)
	if !ok || i.header.Get("X-Fc-Access-Key-Id") == "" {
		return c, false
	}
	return NewCredentials(i.header.Get("X-Fc-Access-Key-Id"), i.header.Get("X-Fc-Access-Key-Secret"), i.header.Get("X-Fc-Security-Token")), true
}
