package kinds

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/task"
)

// Note is what a call of a trip does and when, for tests with several processes. It is a line of the file that the environment variable JADE_NOTES names.
type Note struct {
	Key  string    `json:"key"`
	What string    `json:"what"` // begins, ends or stops
	Why  string    `json:"why,omitempty"`
	PID  int       `json:"pid"`
	At   time.Time `json:"at"`
}

// Notes reads the notes in a file.
func Notes(file string) (notes []Note, err error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	for line := range strings.Lines(string(data)) {
		var n Note
		if json.Unmarshal([]byte(line), &n) == nil {
			notes = append(notes, n)
		}
	}
	return notes, err
}

func note(ctx context.Context, what, why string) {
	name := os.Getenv("JADE_NOTES")
	if name == "" {
		return
	}
	key, _ := task.Key(ctx)
	line, _ := json.Marshal(Note{key, what, why, os.Getpid(), time.Now()})
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.Write(append(line, '\n'))
}

// Works is a task that takes a time and notes what it does.
func Works(name string, takes time.Duration, end func(n int) (int, error)) task.Task[int, int] {
	return task.New(name, func(ctx context.Context, n int) (int, error) {
		note(ctx, "begins", "")
		timer := time.NewTimer(takes)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			note(ctx, "stops", context.Cause(ctx).Error())
			return 0, context.Cause(ctx)
		}
		note(ctx, "ends", "")
		return end(n)
	})
}

func add(by int) func(int) (int, error) { return func(n int) (int, error) { return n + by, nil } }

// Trip is a flow whose calls take some time each.
func Trip() Flow {
	const short = 60 * time.Millisecond
	inside := flow.New("hotel", func(in number) number {
		return flow.Step(Works("pay hotel", short, add(5)), flow.Step(Works("find hotel", short, add(3)), in))
	})
	return flow.New("trip", func(in number) number {
		flight := flow.Step(Works("flight", short, add(1)), in)
		seats := flow.Map(flow.Each(Works("seat", short, add(2)), flow.Map(flight, func(n int) []int { return upTo(n % 7) }), 2), sum)
		hotel := flow.Step(inside.Task(), flight)
		car := flow.Any(flow.Step(Works("slow car", time.Minute, add(100)), in), flow.Step(Works("car", short, add(7)), hotel))
		gift := flow.Fallback(flow.Step(Works("gift", short, func(int) (int, error) { return 0, soldOut }), flight), 11)
		guide := flow.Recover(flow.Step(Works("guide", short, func(int) (int, error) { return 0, errNoRoute }), seats), recovered)
		price := flow.Map5(seats, hotel, car, gift, guide, func(a, b, c, d, e int) int { return a + 3*b + 5*c + 7*d + 11*e })
		booked := flow.Step(Works("book", short, add(0)), flow.Sleep(price, 2*short))
		return flow.Also(booked, flow.Step(Works("letter", 10*short, add(0)), booked))
	}).Timeout(10 * time.Minute)
}

// Order is a flow with a signal, a timer, and hooks.
func Order() Flow {
	return flow.New("order", func(in number) number {
		checked := flow.Step(moody, in)
		approved := flow.Signal[int]("approve", checked)
		return flow.Step(one, flow.Sleep(flow.Map2(checked, approved, func(a, b int) int { return a + b }), 20*time.Millisecond))
	}).OnError(func(context.Context, int, error) {}).Catch(func(_ context.Context, in int, err error) (int, error) {
		if errors.Is(err, ErrSoldOut) {
			return -in, nil
		}
		return 0, err
	}).Timeout(time.Hour)
}

// Left is a flow for a run that somebody cancels.
func Left(patient task.Task[int, int], told func(error)) Flow {
	return flow.New("left", func(in number) number { return flow.Step(patient, in) }).
		OnError(func(_ context.Context, _ int, err error) { told(err) }).
		Catch(func(context.Context, int, error) (int, error) { return 7, nil })
}

// Refund is a flow that fails in the end, so that what it holds is undone.
func Refund() Flow {
	const short = 60 * time.Millisecond
	hold := func(name string) task.Task[int, int] {
		return Works(name, short, add(1)).Undo(func(ctx context.Context, _, _ int) error {
			note(ctx, "begins", "")
			time.Sleep(short)
			note(ctx, "ends", "")
			return nil
		})
	}
	return flow.New("refund", func(in number) number {
		seats := flow.Map(flow.Each(hold("seat"), flow.Map(in, upTo), 3), sum)
		hotel := flow.Step(hold("hotel"), seats)
		return flow.Step(Works("pay", short, func(int) (int, error) { return 0, soldOut }), hotel)
	}).Timeout(10 * time.Minute)
}
