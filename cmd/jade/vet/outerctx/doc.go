// Package outerctx defines an Analyzer that finds functions given to Jade that use the ctx of the
// function around instead of their own.
//
// # Analyzer outerctx
//
// outerctx: report functions given to Jade that use the ctx around instead of their own
//
// Jade gives each task, continuation and hook a ctx of its own. It ends when the
// work is cancelled or late. Work that uses the ctx of the function around does
// not learn of that, and runs on:
//
//	func page(ctx context.Context, id string) future.Future[Item] {
//		return future.Go(ctx, func(own context.Context) (Item, error) {
//			return load(ctx, id) // finding: load(own, id)
//		})
//	}
//
// A finding is an outer ctx, or one made from it, as an argument of a call inside
// of the function. So is r.Context() of a request of the function around, and a
// wait for the outer ctx alone.
//
// These are no findings:
//
//   - context.WithoutCancel(ctx), and contexts made from it or from context.Background()
//   - ctx.Value, ctx.Err, context.Cause: a question about the outer ctx
//   - a record of log/slog, which only reads values of the ctx
//   - a call that starts work which may outlive the function: future.Go(ctx, …), Then(ctx, …),
//     future.WithScope(ctx), or any function that returns a future
//
// To outlive the function is what the outer ctx is for. Calls that wait until the work has ended,
// such as Task.Do, Await or future.Run, are findings: work that has to end before the
// function does should end with the ctx of the function.
package outerctx
