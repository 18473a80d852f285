package task_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jade-go/jade/guard"
	"github.com/jade-go/jade/observe"
	"github.com/jade-go/jade/task"
)

// A gate inside of a Retry is entered for each attempt. The third one does not even begin: its time would come after the deadline.
func ExampleTask_Gate() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	down := func(context.Context, string) (int, error) { fmt.Println("called"); return 0, errors.New("no answer") }
	fetch := task.New("stock", down).Gate(guard.Rate(1, time.Minute, guard.Burst(2))).Retry(task.Retry{Attempts: 5})
	_, err := fetch.Do(ctx, "shoe")
	fmt.Println(errors.Is(err, guard.ErrRate))
	// Output:
	// called
	// called
	// true
}

func ExampleTask_GateBy() {
	perUser := guard.Rate(1, time.Minute)
	greet := task.New("greet", func(_ context.Context, user string) (string, error) { return "hello " + user, nil }).
		GateBy(perUser, strings.ToLower)
	for _, user := range []string{"ann", "Ann", "bob"} {
		v, err := greet.Do(context.Background(), user)
		fmt.Println(v, errors.Is(err, guard.ErrRate))
	}
	// Output:
	// hello ann false
	//  true
	// hello bob false
}

// What a gate did not let in says by which gate, and perhaps how long to wait.
func ExampleRejectedError() {
	err := error(&task.RejectedError{Task: "stock", Gate: "backend", Wait: time.Second, Err: errors.New("too many calls")})
	fmt.Println(err)
	if rejected, ok := errors.AsType[*task.RejectedError](err); ok {
		fmt.Println(rejected.RetryAfter(), rejected.Class())
	}
	// Output:
	// stock: rejected by backend: too many calls: try again in 1s
	// 1s system
}

func ExampleRejectedError_Class() {
	fmt.Println((&task.RejectedError{}).Class())
	// Output: system
}

func ExampleRejectedError_RetryAfter() {
	fmt.Println((&task.RejectedError{Wait: time.Second}).RetryAfter())
	// Output: 1s
}

func ExampleRejectedError_Unwrap() {
	fmt.Println((&task.RejectedError{Err: errors.New("full")}).Unwrap())
	// Output: full
}

func ExampleAdmission() {
	fmt.Println(task.Admission{Kind: "slots", Slots: 8, Queue: 100})
	// Output: 8 slots, 100 waiting
}

func ExampleAdmission_String() {
	fmt.Println(task.Admission{Kind: "rate", Calls: 100, Per: time.Second, Keyed: true}.String())
	// Output: rate 100 per 1s by key
}

// daytime is a gate of one's own: it lets calls in by day.
type daytime struct{ hour func() int }

func (daytime) Describe() task.Policy            { return task.Policy{Gate: task.Admission{Kind: "daytime"}} }
func (daytime) Answered(uint64, observe.Outcome) {}
func (daytime) Left(uint64)                      {}
func (d daytime) Fresh() task.Gate               { return d }

func (d daytime) Enter(context.Context, string) (ticket uint64, err error) {
	if hour := d.hour(); hour < 8 || hour >= 18 {
		return 0, errors.New("the shop is closed")
	}
	return 0, nil
}

func ExampleGate() {
	atNight := daytime{func() int { return 23 }}
	_, err := task.New("order", func(context.Context, string) (string, error) { return "", nil }).Gate(atNight).Do(context.Background(), "shoe")
	fmt.Println(err)
	// Output: order: rejected by daytime: the shop is closed
}

func ExampleRejectedError_Error() {
	fmt.Println((&task.RejectedError{Task: "stock", Gate: "backend"}).Error())
	// Output: stock: rejected by backend
}
