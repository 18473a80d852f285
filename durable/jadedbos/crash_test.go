package jadedbos_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// recorded returns the names of the steps whose results are in the tables of DBOS.
func recorded(t testing.TB, database, run string) (names []string) {
	t.Helper()
	const query = "SELECT function_name FROM %s WHERE workflow_uuid = '%s'"
	if strings.HasPrefix(database, "postgres:") {
		c, err := pgx.Connect(t.Context(), database)
		require.NoError(t, err)
		defer func() { _ = c.Close(context.Background()) }()
		rows, err := c.Query(t.Context(), fmt.Sprintf(query, "dbos.operation_outputs", run))
		require.NoError(t, err)
		names, err = pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return names
	}
	db, err := sql.Open("sqlite", database+"?_pragma=busy_timeout(5000)")
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), fmt.Sprintf(query, "operation_outputs", run))
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}

// stepOf is the name of the step that has a key.
func stepOf(run, key string) string { return strings.TrimPrefix(key, run+"/shop/") }

func TestCrash_killedAtRandomMoments(t *testing.T) {
	for _, on := range databases(t) {
		t.Run(on.name, func(t *testing.T) {
			runs := 50
			if on.name != "sqlite" {
				runs = 10
			}
			url := on.url(t)
			var first []time.Duration
			again, lives := 0, 0
			for i := range runs {
				name := []string{"all", "all", "all", "catch", "fails"}[i%5]
				job := errand{Database: url, Flow: name, ID: fmt.Sprintf("%s-%d", name, i), In: i % 4, Log: filepath.Join(t.TempDir(), fmt.Sprint(i))}
				known := map[string]int{} // steps whose result is recorded, and since which life
				for job.Attempt = range 3 {
					lives++
					p := spawn(t, job)
					require.Equal(t, "launched", p.line(t))
					if job.Attempt < 2 {
						time.Sleep(time.Duration(rand.Int64N(int64(70 * time.Millisecond))))
						p.kill(t)
					} else {
						out, text := p.answer(t)
						want, wantErr := crashFlows(func(context.Context) {})[name].Do(scoped(t), job.In)
						require.Equal(t, want, out, job.ID)
						if wantErr != nil {
							require.Equal(t, wantErr.Error(), text)
						} else {
							require.Empty(t, text, job.ID)
						}
					}
					begins := map[string]int{}
					for _, b := range logged(t, job.Log) {
						require.Regexp(t, `^(all|catch|fails)-[0-9]+/shop/.`, b.Key)
						if !strings.HasPrefix(b.Key, job.ID+"/") {
							continue // an effect of the run before, which has its answer
						}
						if b.Attempt != job.Attempt {
							begins[b.Key]++
							continue
						}
						if len(first) < lives && job.Attempt > 0 && begins[""] == 0 {
							first = append(first, b.At.Sub(p.began))
							begins[""] = 1
						}
						since, known := known[stepOf(job.ID, b.Key)]
						require.False(t, known, "%s: %s has begun in life %d, and its result was recorded in life %d", job.ID, b.Key, b.Attempt, since)
						if begins[b.Key] > 0 {
							again++
						}
					}
					for _, step := range recorded(t, url, job.ID) {
						if _, ok := known[step]; !ok {
							known[step] = job.Attempt
						}
					}
				}
			}
			slices.Sort(first)
			t.Logf("%d runs, %d lives, %d calls began again; from the start of a process to its first call again: median %v, longest %v", runs, lives, again, first[len(first)/2], first[len(first)-1])
		})
	}
}

func TestCrash_limitCountsFromTheFirstStart(t *testing.T) {
	job := errand{Database: file(t), Flow: "degrade", ID: "order", In: 1, Log: filepath.Join(t.TempDir(), "log")}
	start := time.Now()
	p := spawn(t, job)
	require.Equal(t, "launched", p.line(t))
	require.Eventually(t, func() bool { return slices.Contains(recorded(t, job.Database, job.ID), "first") }, 10*time.Second, 10*time.Millisecond)
	p.kill(t)
	job.Attempt++
	p = spawn(t, job)
	require.Equal(t, "launched", p.line(t))
	out, text := p.answer(t)
	require.Empty(t, text)
	require.Equal(t, 42, out)
	require.Greater(t, p.answered.Sub(start), 1500*time.Millisecond)
	require.Less(t, p.answered.Sub(p.began), 1500*time.Millisecond, "the limit does not begin anew")

	job.ID, job.Attempt = "late", 0 // the limit passes while no process is there
	p = spawn(t, job)
	require.Equal(t, "launched", p.line(t))
	require.Eventually(t, func() bool { return slices.Contains(recorded(t, job.Database, job.ID), "first") }, 10*time.Second, 10*time.Millisecond)
	p.kill(t)
	before := len(logged(t, job.Log))
	time.Sleep(1500 * time.Millisecond)
	job.Attempt++
	p = spawn(t, job)
	require.Equal(t, "launched", p.line(t))
	out, _ = p.answer(t)
	require.Equal(t, 42, out)
	require.Len(t, logged(t, job.Log), before, "nothing is called that is late already")
}
