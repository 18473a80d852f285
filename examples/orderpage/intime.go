package main

import (
	"context"
	"errors"
	"time"

	"github.com/jade-go/jade/deadline"
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

// inTime is a policy: a call ends when reserve has said, or is given up then if it does not.
func inTime[In, Out any](call task.Func[In, Out]) task.Func[In, Out] {
	return func(ctx context.Context, in In) (Out, error) {
		t, limited := ctx.Value(callTimeKey{}).(callTime)
		if !limited {
			return call(ctx, in)
		}
		out, err := deadline.Run(ctx, time.Until(t.end), func(ctx context.Context) (Out, error) { return call(ctx, in) })
		if late, ok := errors.AsType[*deadline.Error](err); ok && !late.Inherited {
			err = t.late
		}
		return out, err
	}
}
