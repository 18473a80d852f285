package flow

import "github.com/jade-go/jade/task"

// A node that may be made elsewhere counts as a member of the run meanwhile, so
// that the state is not given to another run before it is finished.

func (at seat) wait()           { at.st.run.members.Add(1) }
func (at seat) waited()         { at.st.run.members.Add(-1) } // the worker is a member too
func (at seat) crew() task.Crew { return at.st.run }

// finish is told, by any goroutine, how the node ended.
func (at seat) finish(err, degraded error) {
	r := at.st.run
	defer r.Leave()
	at.st.offer(at.st.conclude(at.n, err, degraded))
}

// degraded notes that the node's value stands in for a failure.
func (at seat) degraded(failure error) {
	if failure != nil && at.st != nil && at.st.run.watch != nil {
		at.st.run.watch.degrade(at.n, failure)
	}
}
