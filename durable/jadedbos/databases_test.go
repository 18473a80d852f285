package jadedbos_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/jade-go/jade/durable/jadedbos"
	"github.com/jade-go/jade/internal/realpart"
)

// database is a kind of database that tests run on.
type database struct {
	name string
	url  func(t testing.TB) string // of an empty one
}

func (d database) config(t testing.TB) jadedbos.Config {
	return jadedbos.Config{Database: d.url(t), Poll: 50 * time.Millisecond, Log: slog.New(slog.DiscardHandler)}
}

var sqlite = database{"sqlite", file}

// databases are those that are here. Those of PostgreSQL share a server, which ends with the test.
func databases(t *testing.T) []database {
	all := []database{sqlite}
	if _, err := exec.LookPath("initdb"); err == nil || os.Getenv("JADE_REAL") != "" {
		all = append(all, postgres(t))
	}
	return all
}

// server is a server of PostgreSQL, which can be stopped and started again.
type server struct {
	bin, data string
	as        *syscall.SysProcAttr
	port      int
	run       *exec.Cmd
}

func postgres(t testing.TB) database {
	s := newServer(t)
	n := 0
	return database{"postgresql", func(t testing.TB) string {
		n++
		name := fmt.Sprintf("runs%d", n)
		c, err := pgx.Connect(t.Context(), s.url("postgres"))
		require.NoError(t, err)
		_, err = c.Exec(t.Context(), "CREATE DATABASE "+name)
		require.NoError(t, err)
		require.NoError(t, c.Close(t.Context()))
		return s.url(name)
	}}
}

func newServer(t testing.TB) *server {
	const install = "apt-get install postgresql"
	s := &server{bin: realpart.Command(t, install, "postgres")}
	var err error
	s.data, err = os.MkdirTemp("", "jadedbos") // the server's user cannot enter t.TempDir
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(s.data) })
	if os.Getuid() == 0 { // the server refuses to run as root
		u, err := user.Lookup("postgres")
		require.NoError(t, err, install)
		uid, gid := number32(t, u.Uid), number32(t, u.Gid)
		require.NoError(t, os.Chown(s.data, int(uid), int(gid)))
		s.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	}
	initdb := exec.Command(realpart.Command(t, install, "initdb"), "-N", "-A", "trust", "-U", "postgres", "-D", s.data)
	initdb.SysProcAttr, initdb.Dir = s.as, s.data
	out, err := initdb.CombinedOutput()
	require.NoError(t, err, "%s", out)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.port = l.Addr().(*net.TCPAddr).Port
	require.NoError(t, l.Close())
	s.start(t)
	t.Cleanup(s.stop)
	return s
}

func (s *server) url(name string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", s.port, name)
}

func (s *server) start(t testing.TB) {
	s.run = exec.Command(s.bin, "-D", s.data, "-p", strconv.Itoa(s.port), "-k", s.data, "-h", "127.0.0.1")
	s.run.SysProcAttr, s.run.Dir = s.as, s.data
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	defer func() { _ = log.Close() }()
	s.run.Stdout, s.run.Stderr = log, log
	require.NoError(t, s.run.Start())
	require.Eventually(t, func() bool {
		c, err := pgx.Connect(context.Background(), s.url("postgres"))
		if err == nil {
			_ = c.Close(context.Background())
		}
		return err == nil
	}, 30*time.Second, 20*time.Millisecond)
}

func (s *server) stop() {
	_ = s.run.Process.Signal(syscall.SIGINT) // at once, cutting off who is connected
	_ = s.run.Wait()
}

func number32(t testing.TB, text string) uint32 {
	n, err := strconv.ParseUint(text, 10, 32)
	require.NoError(t, err)
	return uint32(n)
}

// lock keeps everybody else from writing into a file of SQLite.
func lock(t testing.TB, path string) (unlock func()) {
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	c, err := db.Conn(context.Background())
	require.NoError(t, err)
	_, err = c.ExecContext(context.Background(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	return func() {
		_, _ = c.ExecContext(context.Background(), "ROLLBACK")
		_ = c.Close()
		_ = db.Close()
	}
}
