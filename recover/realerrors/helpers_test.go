package realerrors

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/internal/realpart"
	recovery "github.com/jade-go/jade/recover"
)

// row is an error that a client returns, and what is to be found out about it.
type row struct {
	name  string
	class recovery.Class
	again bool // a Retry makes another attempt
	err   func(ctx context.Context) error
}

func check(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			ctx := t.Context()
			err := r.err(ctx)
			require.Error(t, err)
			require.Equal(t, r.class.String(), recovery.ClassifyIn(ctx, err).String(), "%T: %v", err, err)
			require.Equal(t, r.again, recovery.Repeatable(ctx, err), "%T: %v", err, err)
		})
	}
}

// soon is a ctx with a deadline that passes.
func soon(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// program is where an executable is: on the PATH, or in a folder of the Debian package.
func program(t *testing.T, install, name string, folders ...string) string {
	t.Helper()
	names := []string{name}
	for _, folder := range folders {
		found, _ := filepath.Glob(filepath.Join(folder, name))
		names = append(names, found...)
	}
	return realpart.Command(t, install, names...)
}

// freePort is a port on loopback that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// folderOf is a temporary folder that a user of the system owns, if the tests run as root.
func folderOf(t *testing.T, user string) (folder string, as *syscall.SysProcAttr) {
	t.Helper()
	folder, err := os.MkdirTemp("", "realerrors")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if os.Getuid() != 0 {
		return folder, nil
	}
	uid, gid := ids(t, user)
	require.NoError(t, os.Chown(folder, int(uid), int(gid)))
	return folder, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
}

// serve starts a server and waits until it answers; it ends with the test.
func serve(t *testing.T, cmd *exec.Cmd, ready func() error) (stop func()) {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), "log")
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }()
	stop = func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
		_ = log.Close()
	}
	t.Cleanup(stop)
	for until := time.Now().Add(30 * time.Second); ; {
		if err = ready(); err == nil {
			return stop
		}
		select {
		case <-ended:
			err = context.Canceled
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(until) || err == context.Canceled {
			text, _ := os.ReadFile(log.Name())
			t.Fatalf("%s does not answer: %v\n%s", cmd.Path, err, text)
		}
	}
}

// eventually waits until something that a server does is to be seen.
func eventually(t *testing.T, seen func() bool) {
	t.Helper()
	require.Eventually(t, seen, 10*time.Second, 5*time.Millisecond)
}
