package jadedbos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	_ "github.com/dbos-inc/dbos-transact-golang/dbos/driver/sqlite" // so that Config.Database may be a file
)

// Config says where runs are kept. Either Database or Context is needed.
type Config struct {
	// Database is the path of a file, in which SQLite keeps the runs, or the URL of a PostgreSQL database, as "postgres://user:password@host:5432/name". DBOS
	// makes the file, and its tables.
	Database string

	// Context is for a program that uses DBOS already: a context that it has made by dbos.NewContext and not launched yet. Its owner shuts it down. The fields
	// below other than Log, Level and Poll do not count then. An application version that changes with each build, as DBOS's own does, strands the runs of the
	// build before: give it one that stays.
	Context dbos.Context

	// App is the name of the application in the tables of DBOS. Applications of different names share a database without seeing each other's runs. By default, jade.
	App string

	// Executor is the name of this process among those that share the database. The runs of a process that has ended go on in the next one with the same
	// name. Two processes of one name must not run at the same time: see the documentation of the package. By default, local.
	Executor string

	// Log gets what DBOS and this package log, from Level on. By default, slog.Default() from slog.LevelWarn on.
	Log   *slog.Logger
	Level slog.Leveler

	// Poll is how often an engine looks into the database for what other processes have sent to its runs: signals and cancellations. By default, a second.
	// What comes from the same process arrives at once.
	Poll time.Duration
}

// open returns the context of DBOS, and whether it is ours to shut down.
func (c *Config) open(ctx context.Context, log *slog.Logger) (root dbos.Context, owned bool, err error) {
	switch {
	case c.Context != nil && c.Database != "":
		return nil, false, errors.New("jadedbos.Open: the Config has both a Database and a Context: give one of them")
	case c.Context != nil:
		return c.Context, false, nil
	case c.Database == "":
		return nil, false, errors.New("jadedbos.Open: the Config has neither a Database nor a Context: give the path of a file, or the URL of a PostgreSQL database")
	}
	// If ctx ended, DBOS would cancel all runs for good.
	root, err = dbos.NewContext(context.WithoutCancel(ctx), dbos.Config{
		AppName: orElse(c.App, "jade"), ExecutorID: c.Executor, DatabaseURL: url(c.Database), Logger: log,
		ApplicationVersion: version, // of all: the runs themselves say which version of their flow they need
	})
	if err != nil {
		return nil, false, fmt.Errorf("jadedbos.Open: %w", err)
	}
	return root, true, nil
}

// version is the application version that all processes have.
const version = "jade"

func url(database string) string {
	if strings.HasPrefix(database, "sqlite:") || strings.Contains(database, "://") || strings.Contains(database, "host=") {
		return database
	}
	return "sqlite:" + database
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// logger returns a logger that is silent below the level.
func (c *Config) logger() *slog.Logger {
	log, level := c.Log, c.Level
	if log == nil {
		log = slog.Default()
	}
	if level == nil {
		level = slog.LevelWarn
	}
	return slog.New(quiet{log.Handler(), level})
}

// quiet is a handler that leaves out what is below a level.
type quiet struct {
	slog.Handler
	least slog.Leveler
}

func (q quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= q.least.Level() && q.Handler.Enabled(ctx, level)
}

func (q quiet) WithAttrs(attrs []slog.Attr) slog.Handler {
	return quiet{q.Handler.WithAttrs(attrs), q.least}
}
func (q quiet) WithGroup(name string) slog.Handler { return quiet{q.Handler.WithGroup(name), q.least} }
