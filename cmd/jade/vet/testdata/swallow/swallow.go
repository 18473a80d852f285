package swallow

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

type coins struct{ n int }

var (
	db      *sql.DB
	noCoins coins
)

const none = 0

func load(ctx context.Context, id string) (int, error) { return 1, nil }
func save(ctx context.Context, id string) error        { return nil }

var (
	byName  = task.New("coins", byNamed)
	literal = task.New("literal", func(ctx context.Context, id string) (int, error) {
		n, _ := load(ctx, id) // want `the error of load is dropped in the function that task.New gets: Jade sees no failure; return it, and let Fallback or Recover replace the failure`
		return n, nil
	})
)

func byNamed(ctx context.Context, id string) (coins, error) {
	n, err := load(ctx, id)
	if err != nil {
		return coins{}, nil // want `the failure of load becomes a result in the function that task.New gets: Jade sees no failure; return err, and let Fallback or Recover replace the failure`
	}
	return coins{n}, nil
}

type service struct{ client *http.Client }

func (s *service) get(ctx context.Context, url string) ([]byte, error) {
	resp, err := s.client.Get(url)
	if nil != err {
		slog.ErrorContext(ctx, "get", "err", err)
		return nil, nil // want `the failure of s.client.Get becomes a result in the function that task.New gets`
	}
	b, _ := io.ReadAll(resp.Body) // want `the error of io.ReadAll is dropped`
	return b, nil
}

func faults(ctx context.Context, s *service, f future.Future[string]) {
	task.New("get", s.get)
	future.Go(ctx, func(ctx context.Context) (int, error) {
		if n, err := load(ctx, ""); err != nil {
			return none, nil // want `becomes a result`
		} else {
			return n, nil
		}
	})
	combinators.Then(ctx, f, func(ctx context.Context, id string) (c coins, err error) {
		var zero coins
		if err := save(ctx, id); err != nil {
			return zero, nil // want `the failure of save becomes a result in the function that combinators.Then gets`
		}
		a, b, _ := three(ctx) // want `the error of three is dropped`
		if err := save(ctx, a+b); err != nil {
			return noCoins, nil // want `becomes a result`
		}
		other, _ := f.Await(ctx) // want `the error of f.Await is dropped`
		return coins{len(other)}, nil
	})
	future.Go(ctx, func(ctx context.Context) (*coins, error) {
		var c coins
		row := db.QueryRowContext(ctx, "select")
		if err := row.Scan(&c.n); err != nil {
			return &coins{-1}, nil // want `the failure of row.Scan becomes a result`
		}
		return &c, nil
	})
}

func three(ctx context.Context) (string, string, error) { return "", "", nil }

func right(ctx context.Context, f future.Future[string]) {
	future.Go(ctx, func(ctx context.Context) (int, error) {
		n, err := load(ctx, "")
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, nil
		}
		limit, _ := strconv.Atoi("3")
		page, err := strconv.Atoi("x")
		if err != nil {
			return limit, nil
		}
		_ = save(ctx, "cache")
		save(ctx, "cache")
		_, _ = load(ctx, "warm up")
		return n + page, nil
	})
	future.Go(ctx, func(ctx context.Context) (int, error) {
		n, err := load(ctx, "first")
		if err != nil {
			n, err = load(ctx, "second")
			return n, err
		}
		if err := save(ctx, ""); err != nil {
			return load(ctx, "third")
		}
		if m, err := load(ctx, "better"); err != nil {
			return n, nil // what another call has found
		} else {
			return m, nil
		}
	})
	recovery.Recover(ctx, f, func(ctx context.Context, err error) (string, error) {
		if err != nil {
			return "", nil
		}
		n, _ := load(ctx, "spare")
		return strconv.Itoa(n), nil
	})
	future.Go(ctx, func(ctx context.Context) (c coins, err error) {
		err = json.Unmarshal([]byte("{}"), &c)
		if err != nil {
			return coins{}, nil // no work has failed
		}
		n, _ := load(ctx, "x") //jade:ignore swallow the count is only for a log
		c.n = n
		return c, nil
	})
}

func notGiven(ctx context.Context) (int, error) {
	n, _ := load(ctx, "")
	return n, nil
}
