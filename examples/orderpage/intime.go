package main

import (
	"context"
	"time"

	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// replyTime is what degrading and replying may take: a quarter of the time
// left, but between 5 and 100 ms.
func replyTime(ctx context.Context) time.Duration {
	end, _ := ctx.Deadline()
	return max(5*time.Millisecond, min(time.Until(end)/4, 100*time.Millisecond))
}

// callTime is when the calls of one page must end.
type callTime struct {
	end  time.Time
	late *deadline.Error
}

type callTimeKey struct{}

// reserve keeps time to reply, as [deadline.Reserve] does, but for the calls
// alone: the flow itself may take all of the deadline. The ctx tells inTime.
func reserve(ctx context.Context) context.Context {
	end, limited := ctx.Deadline()
	if !limited {
		return ctx
	}
	reply := replyTime(ctx)
	limit := max(0, time.Until(end)-reply)
	late := &deadline.Error{Name: "the calls of a page", Limit: limit, Elapsed: limit}
	return context.WithValue(ctx, callTimeKey{}, callTime{end.Add(-reply), late})
}

// inTime is a policy: a call ends when reserve has said.
func inTime[In, Out any](call task.Func[In, Out]) task.Func[In, Out] {
	return func(ctx context.Context, in In) (out Out, err error) {
		if t, limited := ctx.Value(callTimeKey{}).(callTime); limited {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadlineCause(ctx, t.end, t.late)
			defer cancel()
		}
		if cause := future.Cause(ctx); cause != nil {
			return out, cause
		}
		return call(ctx, in)
	}
}
