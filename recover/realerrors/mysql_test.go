package realerrors

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	recovery "github.com/jade-go/jade/recover"
)

func mariadb(t *testing.T) (port int, stop func()) {
	const install = "apt-get install mariadb-server"
	make, server := program(t, install, "mariadb-install-db"), program(t, install, "mariadbd", "/usr/sbin")
	data, as := folderOf(t, "mysql")
	cmd := exec.Command(make, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	cmd.SysProcAttr, cmd.Dir = as, data
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	port = freePort(t)
	run := exec.Command(server, "--no-defaults", "--datadir="+data, "--socket="+data+"/socket", "--pid-file="+data+"/pid",
		"--bind-address=127.0.0.1", "--port="+strconv.Itoa(port), "--max-connections=10", "--innodb-lock-wait-timeout=1", "--tmpdir="+data)
	run.SysProcAttr, run.Dir = as, data
	stop = serve(t, run, func() error {
		db, err := sql.Open("mysql", source(port))
		if err == nil {
			defer func() { _ = db.Close() }()
			err = db.Ping()
		}
		return err
	})
	return port, stop
}

func source(port int) string {
	return fmt.Sprintf("root@tcp(%s)/mysql?multiStatements=true", address(port))
}

func TestMySQL(t *testing.T) {
	require.NoError(t, mysql.SetLogger(&mysql.NopLogger{}))
	t.Cleanup(func() { _ = mysql.SetLogger(log.New(os.Stderr, "", 0)) })
	port, stop := mariadb(t)
	open := func(t *testing.T) *sql.DB {
		db, err := sql.Open("mysql", source(port))
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	db := open(t)
	running := func(sql string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := db.ExecContext(ctx, sql); return err }
	}
	connect := func(ctx context.Context) *sql.Conn {
		c, err := db.Conn(ctx)
		require.NoError(t, err)
		return c
	}
	on := func(ctx context.Context, c *sql.Conn, sql string) {
		_, err := c.ExecContext(ctx, sql)
		require.NoError(t, err)
	}
	require.NoError(t, running("CREATE DATABASE shop; CREATE TABLE shop.items (id INT PRIMARY KEY, n INT NOT NULL) ENGINE=InnoDB; INSERT INTO shop.items VALUES (1, 1), (2, 2); CREATE USER guest; GRANT ALL ON shop.* TO guest")(t.Context()))
	check(t, []row{
		{"1062, a duplicate", recovery.ClassUnknown, false, running("INSERT INTO shop.items VALUES (1, 1)")},
		{"1064, syntax", recovery.ClassUnknown, false, running("SELEKT 1")},
		{"1146, no such table", recovery.ClassUnknown, false, running("SELECT * FROM shop.nothing")},
		{"1048, null", recovery.ClassUnknown, false, running("INSERT INTO shop.items VALUES (3, NULL)")},
		{"1969, max_statement_time", recovery.ClassTimeout, true, running("SET STATEMENT max_statement_time=0.05 FOR SELECT SLEEP(10) FROM shop.items")},
		{"1205, lock wait timeout", recovery.ClassDependency, true, func(ctx context.Context) error {
			one, two := connect(ctx), connect(ctx)
			defer func() { _, _ = one.Close(), two.Close() }()
			on(ctx, one, "START TRANSACTION; UPDATE shop.items SET n = 5 WHERE id = 1")
			defer on(ctx, one, "ROLLBACK")
			_, err := two.ExecContext(ctx, "UPDATE shop.items SET n = 6 WHERE id = 1")
			return err
		}},
		{"1213, a deadlock", recovery.ClassDependency, true, func(ctx context.Context) error {
			one, two := connect(ctx), connect(ctx)
			defer func() { _, _ = one.Close(), two.Close() }()
			on(ctx, one, "START TRANSACTION; UPDATE shop.items SET n = 5 WHERE id = 1")
			on(ctx, two, "START TRANSACTION; UPDATE shop.items SET n = 5 WHERE id = 2")
			ended := make(chan error, 2)
			go func() { _, err := one.ExecContext(ctx, "UPDATE shop.items SET n = 6 WHERE id = 2"); ended <- err }()
			go func() { _, err := two.ExecContext(ctx, "UPDATE shop.items SET n = 6 WHERE id = 1"); ended <- err }()
			first, second := <-ended, <-ended
			on(ctx, one, "ROLLBACK")
			on(ctx, two, "ROLLBACK")
			if first != nil {
				return first
			}
			return second
		}},
		{"1045, access denied", recovery.ClassUnknown, true, func(ctx context.Context) error {
			denied, err := sql.Open("mysql", fmt.Sprintf("nobody:wrong@tcp(%s)/shop", address(port)))
			require.NoError(t, err)
			defer func() { _ = denied.Close() }()
			return denied.PingContext(ctx)
		}},
		{"a killed connection", recovery.ClassDependency, true, func(ctx context.Context) error {
			c := connect(ctx)
			defer func() { _ = c.Close() }()
			var id int
			require.NoError(t, c.QueryRowContext(ctx, "SELECT CONNECTION_ID()").Scan(&id))
			ended := make(chan error, 1)
			go func() { _, err := c.ExecContext(ctx, "SELECT SLEEP(10)"); ended <- err }()
			eventually(t, func() (runs bool) {
				require.NoError(t, db.QueryRowContext(ctx, "SELECT COUNT(*) > 0 FROM information_schema.processlist WHERE id = ? AND info LIKE '%SLEEP%'", id).Scan(&runs))
				return runs
			})
			require.NoError(t, running(fmt.Sprint("KILL ", id))(ctx))
			return <-ended
		}},
		{"no rows", recovery.ClassUnknown, false, func(ctx context.Context) error {
			return db.QueryRowContext(ctx, "SELECT n FROM shop.items WHERE id = 7").Scan(new(int))
		}},
		{"a deadline of ctx", recovery.ClassTimeout, true, func(ctx context.Context) error { return running("SELECT SLEEP(10)")(soon(ctx)) }},
		{"1040, too many connections", recovery.ClassSystem, true, func(ctx context.Context) error {
			guests, err := sql.Open("mysql", fmt.Sprintf("guest@tcp(%s)/shop", address(port)))
			require.NoError(t, err)
			defer func() { _ = guests.Close() }()
			for range 20 {
				if _, err = guests.Conn(ctx); err != nil {
					return err
				}
			}
			return nil
		}},
		{"closed", recovery.ClassSystem, true, func(ctx context.Context) error {
			closed := open(t)
			require.NoError(t, closed.Close())
			return closed.PingContext(ctx)
		}},
	})
	stop()
	check(t, []row{
		{"a server that is down", recovery.ClassDependency, true, func(ctx context.Context) error { return open(t).PingContext(ctx) }},
	})
}
