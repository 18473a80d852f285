package runlog

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The yardstick is a loop of the same writes to one file, without a format, a lock or a limit of files.
func BenchmarkAppend(b *testing.B) {
	record := make([]byte, 200)
	for _, o := range []struct {
		name string
		Sync
	}{{"plain", SyncNever}, {"fsync", SyncAlways}} {
		b.Run(o.name+"/yardstick", func(b *testing.B) {
			f, err := os.Create(filepath.Join(b.TempDir(), "x"))
			require.NoError(b, err)
			defer f.Close()
			buf := make([]byte, len(record)+headSize+lengthSize+sumSize)
			for b.Loop() {
				_, err := f.Write(buf)
				if err == nil && o.Sync == SyncAlways {
					err = f.Sync()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(o.name+"/run", func(b *testing.B) {
			run, err := mustOpen(b, b.TempDir(), Options{Sync: o.Sync}).Create("x")
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if err := run.Append(record); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// With fsync the disk decides, and it is not steady. So the two take turns, and the ratio of their medians is reported.
func BenchmarkAppend_fsyncRatio(b *testing.B) {
	record := make([]byte, 200)
	run, err := mustOpen(b, b.TempDir(), Options{}).Create("x")
	require.NoError(b, err)
	f, err := os.Create(filepath.Join(b.TempDir(), "x"))
	require.NoError(b, err)
	defer f.Close()
	buf := make([]byte, len(record)+headSize+lengthSize+sumSize)
	var bare, ours []time.Duration
	for b.Loop() {
		begun := time.Now()
		_, err := f.Write(buf)
		if err == nil {
			err = f.Sync()
		}
		half := time.Now()
		if err == nil {
			err = run.Append(record)
		}
		if err != nil {
			b.Fatal(err)
		}
		bare, ours = append(bare, half.Sub(begun)), append(ours, time.Since(half))
	}
	slices.Sort(bare)
	slices.Sort(ours)
	b.ReportMetric(float64(ours[len(ours)/2])/float64(bare[len(bare)/2]), "ours/bare")
}

// Appends of 16 goroutines, each to its own run.
func BenchmarkAppend_parallel(b *testing.B) {
	record := make([]byte, 200)
	for _, sync := range []Sync{SyncNever, SyncAlways} {
		b.Run(fmt.Sprint("sync=", sync == SyncAlways), func(b *testing.B) {
			s := mustOpen(b, b.TempDir(), Options{Sync: sync})
			next := make(chan int, 1000)
			for n := range cap(next) {
				next <- n
			}
			b.SetParallelism(8)
			b.RunParallel(func(p *testing.PB) {
				run, err := s.Create(fmt.Sprint(<-next))
				if err != nil {
					b.Error(err)
				}
				for p.Next() {
					if err := run.Append(record); err != nil {
						b.Error(err)
					}
				}
				_ = run.Close()
				_ = s.Remove(run.h.id)
			})
		})
	}
}

// 10,000 open runs take turns, so that each Append finds its file closed; and 200, whose files stay open.
func BenchmarkAppend_manyRuns(b *testing.B) {
	for _, count := range []int{200, 10_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			s := mustOpen(b, b.TempDir(), Options{Sync: SyncNever})
			var runs []*Run
			for n := range count {
				run, err := s.Create(fmt.Sprint(n))
				require.NoError(b, err)
				runs = append(runs, run)
			}
			record := make([]byte, 200)
			n := 0
			for b.Loop() {
				if err := runs[n%count].Append(record); err != nil {
					b.Fatal(err)
				}
				n++
			}
		})
	}
}

// A whole run: its creation, three appends and its end.
func BenchmarkRun(b *testing.B) {
	for _, sync := range []Sync{SyncNever, SyncAlways} {
		b.Run(fmt.Sprint("sync=", sync == SyncAlways), func(b *testing.B) {
			s := mustOpen(b, b.TempDir(), Options{Sync: sync})
			record := make([]byte, 200)
			n := 0
			for b.Loop() {
				n++
				run, err := s.Create(fmt.Sprint(n), record)
				for range 3 {
					if err == nil {
						err = run.Append(record)
					}
				}
				if err == nil {
					err = run.Finish(record)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFinishedRuns(b *testing.B) {
	dir := b.TempDir()
	s := mustOpen(b, dir, Options{Sync: SyncNever})
	for n := range 100_000 {
		run, err := s.Create(fmt.Sprintf("order-%08d", n))
		require.NoError(b, err)
		require.NoError(b, run.Finish([]byte("answer")))
	}
	b.Run("Runs", func(b *testing.B) {
		for b.Loop() {
			if runs, err := s.Runs(); err != nil || len(runs) != 100_000 {
				b.Fatal(len(runs), err)
			}
		}
	})
	require.NoError(b, s.Close())
	b.Run("Open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s, err := Open(dir, Options{Sync: SyncNever})
			if err == nil {
				err = s.Close()
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
