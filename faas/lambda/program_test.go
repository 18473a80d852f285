package lambda_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// programs is the folder of those that were built, if any were.
var programs string

var build = sync.OnceValues(func() (string, error) {
	var err error
	if programs, err = os.MkdirTemp("", "lambda"); err != nil {
		return "", err
	}
	args := []string{"build", "-buildvcs=false", "-o", programs + "/"}
	if raceEnabled {
		args = append(args, "-race")
	}
	return run("go", append(args, "./examples/...", "./testdata/bare", "./testdata/probe")...)
})

func run(name string, args ...string) (string, error) {
	command := exec.Command(name, args...)
	command.WaitDelay = time.Second
	timer := time.AfterFunc(5*time.Minute, func() { _ = command.Process.Kill() })
	defer timer.Stop()
	out, err := command.CombinedOutput()
	return string(out), err
}

// process is a program that serves an emulator.
type process struct {
	*emulator
	command *exec.Cmd
	begun   time.Time
	log     string // a file, so that what was logged is there when it was
}

// start starts the program of that name. It is ended when the test is.
func start(t testing.TB, name string, env ...string) *process {
	out, err := build()
	require.NoError(t, err, out)
	p := &process{emulator: newEmulator(t), log: filepath.Join(t.TempDir(), "log")}
	log, err := os.Create(p.log)
	require.NoError(t, err)
	p.logged = p.text
	p.command = exec.Command(filepath.Join(programs, name))
	p.command.Stdout, p.command.Stderr = log, log
	p.command.Env = append([]string{
		"AWS_LAMBDA_RUNTIME_API=" + p.address(),
		"AWS_LAMBDA_FUNCTION_NAME=shop-page",
		"AWS_LAMBDA_FUNCTION_VERSION=7",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128",
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
	}, env...)
	p.begun = time.Now()
	require.NoError(t, p.command.Start())
	require.NoError(t, log.Close())
	t.Cleanup(p.stop)
	return p
}

func (p *process) stop() {
	if p.command.ProcessState == nil {
		_ = p.command.Process.Kill()
		_ = p.command.Wait()
	}
}

func (p *process) text(t require.TestingT) string {
	text, err := os.ReadFile(p.log)
	require.NoError(t, err)
	return string(text)
}

// insist holds the process to check, which is about time. Where others use the machine too, a process may be stopped for a
// second: so it is enough that one of a few tries is in time.
func insist(t *testing.T, check func(t *assert.CollectT)) {
	t.Helper()
	require.EventuallyWithT(t, check, 2*patience, time.Millisecond)
}

// exit waits for the end of the process.
func (p *process) exit(t testing.TB) int {
	timer := time.AfterFunc(patience, func() { _ = p.command.Process.Kill() })
	defer timer.Stop()
	_ = p.command.Wait()
	return p.command.ProcessState.ExitCode()
}
