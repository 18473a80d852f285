package realerrors

import (
	"context"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	recovery "github.com/jade-go/jade/recover"
)

func redisServer(t *testing.T, more ...string) (port int, stop func()) {
	server := program(t, "apt-get install redis-server", "redis-server")
	port = freePort(t)
	args := append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir()}, more...)
	return port, serve(t, exec.Command(server, args...), func() error {
		c := redis.NewClient(&redis.Options{Addr: address(port), MaxRetries: -1})
		defer func() { _ = c.Close() }()
		return c.Ping(context.Background()).Err()
	})
}

func TestRedis(t *testing.T) {
	port, stop := redisServer(t, "--busy-reply-threshold", "20", "--enable-debug-command", "yes")
	client := func(o redis.Options) *redis.Client {
		o.Addr, o.MaxRetries = address(port), -1
		c := redis.NewClient(&o)
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	c := client(redis.Options{})
	set := func(key, value string) { require.NoError(t, c.ConfigSet(t.Context(), key, value).Err()) }
	check(t, []row{
		{"nil", recovery.ClassUnknown, false, func(ctx context.Context) error { return c.Get(ctx, "none").Err() }},
		{"WRONGTYPE", recovery.ClassUnknown, true, func(ctx context.Context) error {
			require.NoError(t, c.Set(ctx, "text", "x", 0).Err())
			return c.LPush(ctx, "text", "y").Err()
		}},
		{"ERR", recovery.ClassUnknown, true, func(ctx context.Context) error { return c.Do(ctx, "NONSENSE").Err() }},
		{"OOM", recovery.ClassDependency, true, func(ctx context.Context) error {
			set("maxmemory", "1")
			defer set("maxmemory", "0")
			return c.Set(ctx, "k", "v", 0).Err()
		}},
		{"BUSY", recovery.ClassDependency, true, func(ctx context.Context) error {
			ended := make(chan error, 1)
			go func() {
				ended <- client(redis.Options{ReadTimeout: time.Minute}).Eval(ctx, "while true do end", nil).Err()
			}()
			var err error
			eventually(t, func() bool { err = client(redis.Options{}).Ping(ctx).Err(); return err != nil })
			require.NoError(t, client(redis.Options{}).ScriptKill(ctx).Err())
			<-ended
			return err
		}},
		{"max number of clients", recovery.ClassDependency, true, func(ctx context.Context) error {
			set("maxclients", "1")
			defer set("maxclients", "100")
			var err error
			eventually(t, func() bool { // the server may close the connection before the client has read why: then it is an EOF
				err = client(redis.Options{}).Ping(ctx).Err()
				return !errors.Is(err, io.EOF)
			})
			return err
		}},
		{"READONLY", recovery.ClassDependency, true, func(ctx context.Context) error {
			require.NoError(t, c.SlaveOf(ctx, "127.0.0.1", strconv.Itoa(freePort(t))).Err())
			defer func() { require.NoError(t, c.SlaveOf(ctx, "NO", "ONE").Err()) }()
			return c.Set(ctx, "k", "v", 0).Err()
		}},
		{"MASTERDOWN", recovery.ClassDependency, true, func(ctx context.Context) error {
			set("replica-serve-stale-data", "no")
			defer set("replica-serve-stale-data", "yes")
			require.NoError(t, c.SlaveOf(ctx, "127.0.0.1", strconv.Itoa(freePort(t))).Err())
			defer func() { require.NoError(t, c.SlaveOf(ctx, "NO", "ONE").Err()) }()
			return c.Get(ctx, "text").Err()
		}},
		{"a pool without a free connection", recovery.ClassSystem, true, func(ctx context.Context) error {
			small := client(redis.Options{PoolSize: 1, PoolTimeout: 20 * time.Millisecond})
			ended := make(chan error, 1)
			go func() { ended <- small.BLPop(ctx, time.Second, "list").Err() }()
			eventually(t, func() bool { s := small.PoolStats(); return s.TotalConns == 1 && s.IdleConns == 0 })
			err := small.Ping(ctx).Err()
			<-ended
			return err
		}},
		{"a read timeout", recovery.ClassTimeout, true, func(ctx context.Context) error {
			slow := client(redis.Options{ReadTimeout: 50 * time.Millisecond})
			return slow.Do(ctx, "DEBUG", "SLEEP", "0.3").Err()
		}},
		{"a deadline of ctx", recovery.ClassTimeout, true, func(ctx context.Context) error {
			return client(redis.Options{ContextTimeoutEnabled: true}).BLPop(soon(ctx), time.Second, "list").Err()
		}},
		{"a dropped connection, a bare io.EOF", recovery.ClassUnknown, true, func(ctx context.Context) error {
			one := client(redis.Options{PoolSize: 1}).Conn()
			defer func() { _ = one.Close() }()
			id, err := one.ClientID(ctx).Result()
			require.NoError(t, err)
			require.NoError(t, c.Do(ctx, "CLIENT", "KILL", "ID", id).Err())
			return one.Ping(ctx).Err()
		}},
		{"a closed client", recovery.ClassSystem, true, func(ctx context.Context) error {
			closed := client(redis.Options{})
			require.NoError(t, closed.Close())
			return closed.Ping(ctx).Err()
		}},
	})
	stop()
	check(t, []row{
		{"a server that is down", recovery.ClassDependency, true, func(ctx context.Context) error { return client(redis.Options{}).Ping(ctx).Err() }},
	})
}

func TestRedis_cluster(t *testing.T) {
	port, _ := redisServer(t, "--cluster-enabled", "yes")
	c := redis.NewClient(&redis.Options{Addr: address(port), MaxRetries: -1})
	t.Cleanup(func() { _ = c.Close() })
	check(t, []row{
		{"CLUSTERDOWN", recovery.ClassDependency, true, func(ctx context.Context) error { return c.Get(ctx, "k").Err() }},
	})
}
