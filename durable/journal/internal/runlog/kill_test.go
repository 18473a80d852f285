package runlog

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const childFolder = "JADE_RUNLOG_CHILD"

// child appends to runs until it is killed, and prints what was acknowledged.
func child() {
	s, err := Open(os.Getenv(childFolder), Options{Sync: SyncNever, OpenFiles: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	runs, err := s.Runs()
	if err != nil {
		panic(err)
	}
	for g := range 3 {
		go func() {
			id := fmt.Sprint(g)
			var run *Run
			n := 0
			if slices.ContainsFunc(runs, func(i Info) bool { return i.ID == id }) {
				var records [][]byte
				run, records, err = s.Load(id)
				n = len(records)
			} else {
				run, err = s.Create(id)
			}
			for ; err == nil; n++ {
				if err = run.Append([]byte(strconv.Itoa(n) + strings.Repeat(".", n*37%5000))); err == nil {
					_, err = fmt.Println(id, n)
				}
			}
			panic(err)
		}()
	}
	select {}
}

// A process that is killed while it appends loses nothing that it has acknowledged, and its lock is free.
func TestStore_survivesKill(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the test needs signals")
	}
	dir := t.TempDir()
	for round := range 8 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childFolder+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		acknowledged := map[string]int{}
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			if n == 50 {
				_, err := Open(dir, Options{})
				require.ErrorIs(t, err, ErrLocked)
				require.ErrorContains(t, err, fmt.Sprint("it is in process ", cmd.Process.Pid))
			}
			if n == 100+round*37 {
				require.NoError(t, cmd.Process.Kill())
			}
			id, count, ok := strings.Cut(lines.Text(), " ")
			number, err := strconv.Atoi(count)
			if ok && err == nil {
				acknowledged[id] = number + 1
			}
		}
		_ = cmd.Wait()
		require.NotEmpty(t, acknowledged)
		s, err := Open(dir, Options{})
		require.NoError(t, err)
		for id, n := range acknowledged {
			run, records, err := s.Load(id)
			require.NoError(t, err)
			require.GreaterOrEqual(t, len(records), n)
			for n, record := range records {
				require.Equal(t, strconv.Itoa(n), strings.TrimRight(string(record), "."))
			}
			require.NoError(t, run.Append([]byte(strconv.Itoa(len(records)))))
		}
		require.NoError(t, s.Close())
	}
}
