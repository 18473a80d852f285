// Package body defines an Analyzer that finds functions given to Jade that return a reader which
// ends with their ctx.
//
// # Analyzer body
//
// body: report functions given to Jade that return a reader which ends with their ctx
//
// The ctx that Jade gives a function ends once its work is complete. An
// *http.Response, *sql.Rows, *sql.Row or *sql.Tx that was made with that ctx ends with it:
// who reads it later gets "context canceled", at random for small answers.
//
//	future.Go(ctx, func(ctx context.Context) (*http.Response, error) {
//		req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
//		if err != nil {
//			return nil, err
//		}
//		return http.DefaultClient.Do(req) // finding: read the body here, and return what it says
//	})
//
// So it is with an io.Reader that comes from such an answer or from a call with the
// ctx, and with a struct that has one as its field Body.
//
// A response whose body the function closes is no finding, nor is what was made
// with context.WithoutCancel(ctx).
package body
