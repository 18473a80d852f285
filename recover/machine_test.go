package recovery_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	recovery "github.com/jade-go/jade/recover"
)

func TestClassify_whatTheMachineReturns(t *testing.T) {
	for _, errno := range []syscall.Errno{
		syscall.ENOMEM, syscall.EMFILE, syscall.ENFILE, syscall.ENOSPC, syscall.EDQUOT, syscall.EAGAIN, syscall.EIO, syscall.EROFS,
	} {
		err := fmt.Errorf("save: %w", &os.PathError{Op: "write", Path: "/data/cart", Err: errno})
		require.Equal(t, recovery.ClassSystem, recovery.Classify(err), "%v", errno)
	}
}

// A handler that writes after the limit of http.TimeoutHandler was late.
func TestClassify_aHandlerThatIsLate(t *testing.T) {
	wrote := make(chan error, 1)
	late := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		var err error
		for err == nil { // until the handler around has noticed, too
			_, err = w.Write([]byte("x"))
		}
		wrote <- err
	})
	http.TimeoutHandler(late, time.Millisecond, "").ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	err := <-wrote
	require.ErrorIs(t, err, http.ErrHandlerTimeout)
	require.Equal(t, recovery.ClassTimeout, recovery.Classify(err))
}
