package body

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"os"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

var db *sql.DB

// object is what cloud SDKs return.
type object struct {
	Name string
	Body io.ReadCloser
}

type bucket struct{}

func (bucket) Get(ctx context.Context, key string) (*object, error)             { return nil, nil }
func (bucket) NewReader(ctx context.Context, key string) (io.ReadCloser, error) { return nil, nil }
func (bucket) Head(ctx context.Context, key string) (string, error)             { return "", nil }

var (
	get = task.New("get", fetch)
	_   = task.New("rows", func(ctx context.Context, id string) (*sql.Rows, error) {
		return db.QueryContext(ctx, "select", id) // want `\*sql.Rows is made with the ctx of the function that task.New gets, and ends with it: who reads it later may get context.Canceled; scan the rows here, and return what they hold`
	})
)

func fetch(ctx context.Context, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, io.EOF
	}
	return resp, nil // want `\*http.Response is made with the ctx of the function that task.New gets, .* read it here, and return what it says`
}

func faults(ctx context.Context, url string, b bucket) {
	future.Go(ctx, func(ctx context.Context) (*http.Response, error) {
		req, _ := http.NewRequest(http.MethodGet, url, nil)
		return http.DefaultClient.Do(req.WithContext(ctx)) // want `\*http.Response is made with the ctx`
	})
	future.Go(ctx, func(ctx context.Context) (io.ReadCloser, error) {
		resp, err := fetch(ctx, url)
		if err != nil {
			return nil, err
		}
		return resp.Body, nil // want `io.ReadCloser is made with the ctx of the function that future.Go gets`
	})
	future.Go(ctx, func(ctx context.Context) (*bufio.Reader, error) {
		in, err := b.NewReader(ctx, "x")
		return bufio.NewReader(in), err // want `\*bufio.Reader is made with the ctx`
	})
	future.Go(ctx, func(ctx context.Context) (*object, error) {
		return b.Get(ctx, "x") // want `\*body.object is made with the ctx`
	})
	future.Go(ctx, func(ctx context.Context) (*object, error) {
		in, err := b.NewReader(ctx, "x")
		return &object{Name: "x", Body: in}, err // want `\*body.object is made with the ctx`
	})
	future.Call(ctx, func(ctx context.Context, id string) (*sql.Row, error) {
		return db.QueryRowContext(ctx, "select", id), nil // want `\*sql.Row is made with the ctx`
	}, "x")
	future.Go(ctx, func(ctx context.Context) (*sql.Tx, error) {
		return db.BeginTx(ctx, nil) // want `\*sql.Tx is made with the ctx .* use the transaction here, and commit it`
	})
	combinators.Each(ctx, 2, []string{url}, fetch)
	_, _ = future.Run(ctx, func(c context.Context) (io.Reader, error) {
		c, cancel := context.WithCancel(c)
		defer cancel()
		return b.NewReader(c, "x") // want `io.ReadCloser is made with the ctx of the function that future.Run gets`
	})
}

type tree []tree

func right(ctx context.Context, url string, b bucket) {
	future.Go(ctx, func(ctx context.Context) ([]byte, error) {
		resp, err := fetch(ctx, url)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		return io.ReadAll(resp.Body)
	})
	future.Go(ctx, func(ctx context.Context) (io.Reader, error) {
		resp, err := fetch(ctx, url)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		return bytes.NewReader(b), err
	})
	future.Go(ctx, func(ctx context.Context) (*http.Response, error) {
		resp, err := fetch(ctx, url)
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(b))
		return resp, err
	})
	future.Go(ctx, func(ctx context.Context) (*http.Response, error) {
		resp, err := fetch(ctx, url)
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close() // only the status is read
		return resp, nil
	})
	future.Go(ctx, func(ctx context.Context) (io.ReadCloser, error) {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return os.Open(url)
	})
	future.Go(ctx, func(ctx context.Context) (*http.Response, error) {
		return fetch(context.WithoutCancel(ctx), url)
	})
	future.Go(ctx, func(ctx context.Context) (*object, error) {
		name, err := b.Head(ctx, "x")
		return &object{Name: name}, err
	})
	future.Go(ctx, func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", url) })
	future.Go(ctx, func(ctx context.Context) (tree, error) { return grow(ctx) })
	future.Go(ctx, func(ctx context.Context) (*sql.Stmt, error) { return db.PrepareContext(ctx, "select") })
	combinators.Then(ctx, future.Of(1, nil), func(ctx context.Context, _ int) (*http.Response, error) {
		return fetch(ctx, url) //jade:ignore body the scope of the server, which is what ctx is here, outlives it
	})
}

func grow(ctx context.Context) (tree, error) { return tree{}, ctx.Err() }
