package realerrors

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	recovery "github.com/jade-go/jade/recover"
)

func TestSQLite(t *testing.T) {
	folder := t.TempDir()
	open := func(name, options string) *sql.DB {
		db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, name)+options)
		require.NoError(t, err)
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	db := open("shop.db", "")
	running := func(db *sql.DB, sql string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := db.ExecContext(ctx, sql); return err }
	}
	require.NoError(t, running(db, "CREATE TABLE items (id INTEGER PRIMARY KEY, n INTEGER NOT NULL); INSERT INTO items VALUES (1, 1)")(t.Context()))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "text.db"), make([]byte, 4096), 0o600))
	noise := []byte("this is not a database, whatever its name says; it is long enough to be read as one, though.......................................")
	require.NoError(t, os.WriteFile(filepath.Join(folder, "noise.db"), noise, 0o600))
	check(t, []row{
		{"SQLITE_CONSTRAINT_PRIMARYKEY", recovery.ClassUnknown, false, running(db, "INSERT INTO items VALUES (1, 1)")},
		{"SQLITE_CONSTRAINT_NOTNULL", recovery.ClassUnknown, false, running(db, "INSERT INTO items VALUES (2, NULL)")},
		{"SQLITE_ERROR, syntax", recovery.ClassUnknown, true, running(db, "SELEKT 1")},
		{"SQLITE_BUSY", recovery.ClassDependency, true, func(ctx context.Context) error {
			c, err := db.Conn(ctx)
			require.NoError(t, err)
			defer func() { _ = c.Close() }()
			_, err = c.ExecContext(ctx, "BEGIN IMMEDIATE")
			require.NoError(t, err)
			defer func() { _, _ = c.ExecContext(ctx, "ROLLBACK") }()
			return running(open("shop.db", ""), "INSERT INTO items VALUES (3, 3)")(ctx)
		}},
		{"SQLITE_CANTOPEN", recovery.ClassSystem, true, running(open("none/shop.db", ""), "SELECT 1")},
		{"SQLITE_NOTADB", recovery.ClassSystem, true, running(open("noise.db", ""), "SELECT * FROM items")},
		{"SQLITE_READONLY", recovery.ClassUnknown, true, running(open("shop.db", "?mode=ro"), "INSERT INTO items VALUES (4, 4)")},
		{"SQLITE_FULL", recovery.ClassSystem, true, func(ctx context.Context) error {
			full := open("full.db", "")
			full.SetMaxOpenConns(1)
			return running(full, "PRAGMA max_page_count = 2; CREATE TABLE a (x); CREATE TABLE b (x); CREATE TABLE c (x)")(ctx)
		}},
		{"no rows", recovery.ClassUnknown, false, func(ctx context.Context) error {
			return db.QueryRowContext(ctx, "SELECT n FROM items WHERE id = 7").Scan(new(int))
		}},
		{"a deadline of ctx", recovery.ClassTimeout, true, func(ctx context.Context) error {
			return running(db, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")(soon(ctx))
		}},
		{"a transaction that is over", recovery.ClassSystem, true, func(ctx context.Context) error {
			tx, err := db.BeginTx(ctx, nil)
			require.NoError(t, err)
			require.NoError(t, tx.Commit())
			return tx.Commit()
		}},
		{"closed", recovery.ClassSystem, true, func(ctx context.Context) error { require.NoError(t, db.Close()); return db.PingContext(ctx) }},
	})
}
