package runlog

import (
	"container/list"
	"sync"
)

// handles keeps the files of runs open between calls, at most as many as it has slots.
type handles struct {
	slots chan struct{} // has an element for each call that uses files

	mu   sync.Mutex
	busy int       // calls that use a file
	idle list.List // of *handle: files that no call uses, those used last in front
}

// handle is the open file of a run. Its fields belong to handles.
type handle struct {
	f    file          // nil: it is not open, or a call has it
	idle *list.Element // nil: it is not in the list
}

// take returns the open file of h, or nil if it is not open. The caller may open one then. It waits while all slots are in use.
func (hs *handles) take(h *handle) file {
	hs.slots <- struct{}{}
	hs.mu.Lock()
	hs.busy++
	f := hs.out(h)
	var over file
	if f == nil && hs.busy+hs.idle.Len() > cap(hs.slots) {
		over = hs.out(hs.idle.Back().Value.(*handle))
	}
	hs.mu.Unlock()
	if over != nil {
		_ = over.Close()
	}
	return f
}

// give ends what take began. It keeps f for the next call, if f is not nil.
func (hs *handles) give(h *handle, f file) {
	hs.mu.Lock()
	hs.busy--
	if f != nil {
		h.f, h.idle = f, hs.idle.PushFront(h)
	}
	hs.mu.Unlock()
	<-hs.slots
}

// drop closes the file of h.
func (hs *handles) drop(h *handle) {
	hs.mu.Lock()
	f := hs.out(h)
	hs.mu.Unlock()
	if f != nil {
		_ = f.Close()
	}
}

// dropAll closes all files that no call uses.
func (hs *handles) dropAll() {
	hs.mu.Lock()
	var all []file
	for hs.idle.Len() > 0 {
		all = append(all, hs.out(hs.idle.Back().Value.(*handle)))
	}
	hs.mu.Unlock()
	for _, f := range all {
		_ = f.Close()
	}
}

func (hs *handles) out(h *handle) (f file) {
	if h == nil || h.idle == nil {
		return nil
	}
	hs.idle.Remove(h.idle)
	f, h.f, h.idle = h.f, nil, nil
	return f
}
