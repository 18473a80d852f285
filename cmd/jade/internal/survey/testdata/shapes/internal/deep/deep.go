// Package deep is internal to the module.
package deep

// Config has something that another package cannot set.
type Config struct {
	Name   string
	secret secret
}

type secret struct{ key string }

// Key is the hidden part.
func (c *Config) Key() string { return c.secret.key }
