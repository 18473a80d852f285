package realerrors

import (
	"context"
	"database/sql"
	"fmt"
	"os/exec"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	recovery "github.com/jade-go/jade/recover"
)

func postgres(t *testing.T) (url func(user string) string, stop func()) {
	const install, folder = "apt-get install postgresql", "/usr/lib/postgresql/*/bin"
	initdb, server := program(t, install, "initdb", folder), program(t, install, "postgres", folder)
	data, as := folderOf(t, "postgres")
	cmd := exec.Command(initdb, "-N", "-A", "trust", "-U", "postgres", "-D", data)
	cmd.SysProcAttr = as
	cmd.Dir = data
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	port := freePort(t)
	url = func(user string) string {
		return fmt.Sprintf("postgres://%s@%s/postgres?sslmode=disable", user, address(port))
	}
	run := exec.Command(server, "-D", data, "-p", fmt.Sprint(port), "-k", data, "-h", "127.0.0.1", "-c", "max_connections=10", "-c", "fsync=off")
	run.SysProcAttr, run.Dir = as, data
	return url, serve(t, run, func() error {
		c, err := pgx.Connect(context.Background(), url("postgres"))
		if err == nil {
			err = c.Close(context.Background())
		}
		return err
	})
}

func TestPostgreSQL(t *testing.T) {
	url, stop := postgres(t)
	connect := func(t *testing.T) *pgx.Conn {
		c, err := pgx.Connect(t.Context(), url("postgres"))
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close(context.Background()) })
		return c
	}
	c := connect(t)
	exec := func(sql string, args ...any) error { _, err := c.Exec(t.Context(), sql, args...); return err }
	require.NoError(t, exec("CREATE TABLE items (id int PRIMARY KEY, n int); INSERT INTO items VALUES (1, 0), (2, 0); CREATE USER shop; GRANT pg_signal_backend TO shop"))
	running := func(sql string) func(context.Context) error {
		return func(context.Context) error { return exec(sql) }
	}
	pool, err := pgxpool.New(t.Context(), url("postgres")+"&pool_max_conns=1")
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	check(t, []row{
		{"23505, a unique violation", recovery.ClassUnknown, false, running("INSERT INTO items VALUES (1, 1)")},
		{"42601, syntax", recovery.ClassUnknown, false, running("SELEKT 1")},
		{"42P01, no such table", recovery.ClassUnknown, false, running("SELECT * FROM nothing")},
		{"22012, division by zero", recovery.ClassUnknown, false, running("SELECT 1/0")},
		{"22P02, no number", recovery.ClassUnknown, false, running("SELECT 'x'::int")},
		{"57014, statement_timeout", recovery.ClassTimeout, true, running("SET statement_timeout = 50; SELECT pg_sleep(10)")},
		{"55P03, lock_timeout", recovery.ClassUnknown, true, func(ctx context.Context) error {
			other := connect(t)
			tx, err := other.Begin(ctx)
			require.NoError(t, err)
			defer func() { _ = tx.Rollback(ctx) }()
			_, err = tx.Exec(ctx, "LOCK TABLE items")
			require.NoError(t, err)
			return exec("SET statement_timeout = 0; SET lock_timeout = 50; UPDATE items SET n = 1")
		}},
		{"40001, serialization", recovery.ClassDependency, true, func(ctx context.Context) error {
			one, err := connect(t).BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
			require.NoError(t, err)
			defer func() { _ = one.Rollback(ctx) }()
			_, err = one.Exec(ctx, "SELECT * FROM items")
			require.NoError(t, err)
			require.NoError(t, exec("SET lock_timeout = 0; UPDATE items SET n = n + 1 WHERE id = 1"))
			_, err = one.Exec(ctx, "UPDATE items SET n = n + 1 WHERE id = 1")
			return err
		}},
		{"40P01, a deadlock", recovery.ClassDependency, true, func(ctx context.Context) error {
			one, err := connect(t).Begin(ctx)
			require.NoError(t, err)
			two, err := connect(t).Begin(ctx)
			require.NoError(t, err)
			defer func() { _, _ = one.Rollback(ctx), two.Rollback(ctx) }()
			_, err = one.Exec(ctx, "UPDATE items SET n = 1 WHERE id = 1")
			require.NoError(t, err)
			_, err = two.Exec(ctx, "UPDATE items SET n = 1 WHERE id = 2")
			require.NoError(t, err)
			ended := make(chan error, 2)
			go func() { _, err := one.Exec(ctx, "UPDATE items SET n = 2 WHERE id = 2"); ended <- err }()
			go func() { _, err := two.Exec(ctx, "UPDATE items SET n = 2 WHERE id = 1"); ended <- err }()
			first, second := <-ended, <-ended // one is given up, and so the other goes on
			if first != nil {
				return first
			}
			return second
		}},
		{"53300, too many connections", recovery.ClassSystem, true, func(ctx context.Context) error {
			for range 20 {
				c, err := pgx.Connect(ctx, url("shop"))
				if err != nil {
					return err
				}
				t.Cleanup(func() { _ = c.Close(context.Background()) })
				defer func() { _ = c.Close(ctx) }()
			}
			return nil
		}},
		{"3D000, no such database", recovery.ClassUnknown, true, func(ctx context.Context) error {
			_, err := pgx.Connect(ctx, url("postgres")+"&dbname=none")
			return err
		}},
		{"no rows", recovery.ClassUnknown, false, func(ctx context.Context) error {
			return c.QueryRow(ctx, "SELECT n FROM items WHERE id = 7").Scan(new(int))
		}},
		{"a deadline of ctx", recovery.ClassTimeout, true, func(ctx context.Context) error {
			_, err := connect(t).Exec(soon(ctx), "SELECT pg_sleep(10)")
			return err
		}},
		{"57P01, terminated by an administrator", recovery.ClassSystem, true, func(ctx context.Context) error {
			_, err := connect(t).Exec(ctx, "SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		}},
		{"a closed connection", recovery.ClassDependency, true, func(ctx context.Context) error {
			c := connect(t)
			require.NoError(t, c.Close(ctx))
			return c.Ping(ctx)
		}},
		{"a pool without a free connection", recovery.ClassTimeout, true, func(ctx context.Context) error {
			held, err := pool.Acquire(ctx)
			require.NoError(t, err)
			defer held.Release()
			return pool.Ping(soon(ctx))
		}},
		{"a closed pool", recovery.ClassSystem, true, func(ctx context.Context) error { pool.Close(); return pool.Ping(ctx) }},
	})

	db, err := sql.Open("pgx", url("postgres"))
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	check(t, []row{
		{"database/sql, 23505", recovery.ClassUnknown, false, func(ctx context.Context) error {
			_, err := db.ExecContext(ctx, "INSERT INTO items VALUES (1, 1)")
			return err
		}},
		{"database/sql, no rows", recovery.ClassUnknown, false, func(ctx context.Context) error {
			return db.QueryRowContext(ctx, "SELECT n FROM items WHERE id = 7").Scan(new(int))
		}},
		{"database/sql, no free connection", recovery.ClassTimeout, true, func(ctx context.Context) error {
			held, err := db.Conn(ctx)
			require.NoError(t, err)
			defer func() { _ = held.Close() }()
			return db.PingContext(soon(ctx))
		}},
		{"database/sql, a connection that was given back", recovery.ClassSystem, true, func(ctx context.Context) error {
			c, err := db.Conn(ctx)
			require.NoError(t, err)
			require.NoError(t, c.Close())
			return c.PingContext(ctx)
		}},
		{"database/sql, closed", recovery.ClassSystem, true, func(ctx context.Context) error {
			require.NoError(t, db.Close())
			return db.PingContext(ctx)
		}},
	})

	last := connect(t)
	dropped := make(chan error, 1)
	go func() { _, err := last.Exec(context.Background(), "SELECT pg_sleep(20)"); dropped <- err }()
	eventually(t, func() (runs bool) {
		require.NoError(t, c.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)' AND state = 'active')").Scan(&runs))
		return runs
	})
	stop()
	check(t, []row{
		{"a server that shuts down", recovery.ClassSystem, true, func(context.Context) error { return <-dropped }},
		{"a server that is down", recovery.ClassDependency, true, func(ctx context.Context) error {
			_, err := pgx.Connect(ctx, url("postgres"))
			return err
		}},
	})
}
