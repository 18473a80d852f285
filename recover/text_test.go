package recovery_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	recovery "github.com/jade-go/jade/recover"
)

// Each class is read back from its name, and nothing else is read: what it was read into is then as it was.
func TestClass_text(t *testing.T) {
	for c := recovery.ClassNone; c <= recovery.ClassUnknown; c++ {
		text, err := c.MarshalText()
		require.NoError(t, err)
		require.Equal(t, c.String(), string(text))
		var back recovery.Class
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, c, back)
	}
	for _, name := range []string{"", "Code", "code ", "weather", (recovery.ClassUnknown + 1).String()} {
		class := recovery.ClassSystem
		require.EqualError(t, class.UnmarshalText([]byte(name)), `recovery.Class: "`+name+`" is not one of none, code, system, dependency, timeout, canceled, business, unknown`)
		require.Equal(t, recovery.ClassSystem, class)
	}
}
