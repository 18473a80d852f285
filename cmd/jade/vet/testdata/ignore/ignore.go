package ignore

import (
	"time"

	"github.com/jade-go/jade/task"
)

var t task.Task[string, string]

func exceptions() {
	t.Timeout(time.Second) //jade:ignore dropped it must not panic
	//jade:ignore dropped it must not panic
	t.Timeout(time.Second)
	//jade:ignore dropped it must not panic
	//jade:ignore dropped and another reason
	t.Timeout(time.Second)
	t.Timeout(time.Second) //jade:ignore dropped // want `//jade:ignore dropped has no reason: write why it is right here`
	t.Timeout(time.Second) //jade:ignore droped it must not panic // want `//jade:ignore names "droped", which is no check: write one of body, dropped, order, outerctx, perrequest, quick, swallow, unclosed`
	t.Timeout(time.Second) //jade:ignore // want `//jade:ignore names no check: write //jade:ignore check reason`
	t.Timeout(time.Second) //jade:ignored dropped typing // want `//jade:ignore names no check`
	t.Timeout(time.Second) // jade:ignore a comment as any other
}
