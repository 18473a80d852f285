package realerrors

import (
	"os/user"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func ids(t *testing.T, name string) (uid, gid uint32) {
	t.Helper()
	u, err := user.Lookup(name)
	require.NoError(t, err)
	number := func(text string) uint32 {
		n, err := strconv.ParseUint(text, 10, 32)
		require.NoError(t, err)
		return uint32(n)
	}
	return number(u.Uid), number(u.Gid)
}
