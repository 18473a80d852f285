// Thumbnails is a function of a cloud platform.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/jade-go/jade/faas"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

type event struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
}

type object struct {
	Size int64
	Body io.ReadCloser
}

type bucket interface {
	Get(ctx context.Context, bucket, key string) (*object, error)
	Put(ctx context.Context, bucket, key string, data []byte) error
}

type thumbnails struct {
	store bucket
	fetch task.Task[event, *object]
	scale task.Task[[]byte, []byte]
}

func newThumbnails(store bucket) *thumbnails {
	t := &thumbnails{store: store}
	t.fetch = task.New("fetch", func(ctx context.Context, e event) (*object, error) {
		return store.Get(ctx, e.Bucket, e.Key) // its body ends with ctx
	})
	t.scale = task.New("scale", scale).Timeout(10 * time.Second)
	t.scale.Retry(task.Retry{Attempts: 2}) // does nothing
	return t
}

func scale(ctx context.Context, in []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "convert", "-", "-resize", "100x100", "-")
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, recovery.Mark(recovery.ClassBusiness, fmt.Errorf("not an image: %s", exit.Stderr))
	}
	return out, err
}

func (t *thumbnails) handle(ctx context.Context, e event) (string, error) {
	o, err := t.fetch.Do(ctx, e)
	if err != nil {
		return "", err
	}
	defer o.Body.Close()
	data, err := io.ReadAll(io.LimitReader(o.Body, 10<<20))
	if err != nil {
		return "", err
	}
	small, err := t.scale.Do(ctx, data)
	if err != nil {
		return "", err
	}
	key := "small/" + e.Key
	put := future.Go(ctx, func(ctx context.Context) (struct{}, error) { return struct{}{}, t.store.Put(ctx, e.Bucket, key, small) })
	if _, err := put.Await(ctx); err != nil {
		return "", err
	}
	return key, nil
}

type local struct{ client *http.Client }

func (l local) Get(ctx context.Context, bucket, key string) (*object, error) {
	f, err := os.Open(bucket + "/" + key)
	if err != nil {
		return nil, err
	}
	return &object{Body: f}, nil
}

func (l local) Put(_ context.Context, bucket, key string, data []byte) error {
	return os.WriteFile(bucket+"/"+key, data, 0o600)
}

func main() {
	h := faas.Initialized("thumbnails", func(ctx context.Context) (faas.Func[event, string], error) {
		return newThumbnails(local{http.DefaultClient}).handle, nil
	})
	l, err := faas.Listen()
	if err != nil {
		panic(err)
	}
	if err := faas.Serve(context.Background(), l, faas.Probes(faas.HTTP(h), h), 5*time.Second); err != nil {
		fmt.Println(err)
	}
}
