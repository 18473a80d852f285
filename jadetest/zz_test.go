package jadetest_test
import ("testing";"fmt";"context";"time";"github.com/jade-go/jade/task";"github.com/jade-go/jade/flow")
func TestZZ(t *testing.T){
	price := after("price", time.Millisecond, nil)
	item := task.New("item", func(ctx context.Context, n int) (int, error) { return price.Do(ctx, n) })
	f:= flow.New("named", func(in flow.Node[int]) flow.Node[int] { return flow.Step(item.Timeout(time.Hour), in) })
	for _,s:=range run(t,f).Spans { fmt.Printf("%d %d %v flow=%q node=%q task=%q\n",s.ID,s.Parent,s.Kind,s.Flow,s.Node,s.Task)}
	_=fmt.Sprint
}
