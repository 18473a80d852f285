package runlog

import (
	"path/filepath"
	"sync"
)

// folder is a folder of run files. Calls of sync that come together share one fsync.
type folder struct {
	path string
	f    syncer

	turn sync.Mutex // held during an fsync
	mu   sync.Mutex
	next *round // the fsync that has not begun; nil: nobody waits for one
	// failed is final: the operating system may report the loss of an entry to one caller only. It is written with turn held.
	failed error
}

type round struct {
	done chan struct{}
	err  error // written before done is closed
}

func (d *folder) file(name string) string { return filepath.Join(d.path, name) }

// sync returns once all files that were created, renamed or removed before the call are so for good.
func (d *folder) sync() error {
	d.mu.Lock()
	if r := d.next; r != nil {
		d.mu.Unlock()
		<-r.done
		return r.err
	}
	r := &round{done: make(chan struct{})}
	d.next = r
	d.mu.Unlock()

	d.turn.Lock()
	defer d.turn.Unlock()
	d.mu.Lock()
	d.next = nil // who comes from here on may have changed something after this fsync
	d.mu.Unlock()
	if d.failed == nil {
		d.failed = d.f.Sync()
	}
	r.err = d.failed
	close(r.done)
	return r.err
}
