// Package accounts reads from a database.
package accounts

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/samber/lo"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	recovery "github.com/jade-go/jade/recover"
	"github.com/jade-go/jade/task"
)

type User struct {
	ID      int64
	Name    string
	Orders  []Order
	Balance int
}

type Order struct{ ID, Cents int64 }

type Store struct{ db *sql.DB }

var errNoUser = recovery.Mark(recovery.ClassBusiness, errors.New("no such user"))

func (s *Store) user(ctx context.Context, id int64) (u User, err error) {
	err = s.db.QueryRowContext(ctx, "select id, name from users where id = $1", id).Scan(&u.ID, &u.Name)
	if errors.Is(err, sql.ErrNoRows) {
		return u, errNoUser
	}
	return u, err
}

func (s *Store) orders(ctx context.Context, id int64) ([]Order, error) {
	rows, err := s.db.QueryContext(ctx, "select id, cents from orders where user_id = $1", id)
	if err != nil {
		return nil, nil // hides that the database is gone
	}
	defer rows.Close()
	var all []Order
	for rows.Next() {
		var o Order
		if err := rows.Scan(&o.ID, &o.Cents); err != nil {
			return nil, fmt.Errorf("orders of %d: %w", id, err)
		}
		all = append(all, o)
	}
	return all, rows.Err()
}

func (s *Store) balance(ctx context.Context, id int64) (int, error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	var n sql.NullInt64
	if err := tx.QueryRowContext(ctx, "select sum(cents) from orders where user_id = $1", id).Scan(&n); err != nil {
		return 0, err
	}
	return int(n.Int64), tx.Commit()
}

// Page makes the flow of a user's page.
func (s *Store) Page() *flow.Flow[int64, User] {
	return flow.New("account", func(id flow.Node[int64]) flow.Node[User] {
		user := flow.Step(task.New("user", s.user), id)
		known := flow.Require(flow.Map(user, func(u User) bool { return u.ID != 0 }), errNoUser)
		orders := flow.After(flow.Step(task.New("orders", s.orders), id), known)
		balance := flow.Fallback(flow.Step(task.New("balance", s.balance), id), 0)
		names := flow.Map(orders, func(all []Order) []int64 { return lo.Map(all, func(o Order, _ int) int64 { return o.ID }) })
		total := flow.Map(names, func(ids []int64) int {
			var n int
			_ = s.db.QueryRow("select count(*) from lines where order_id = any($1)", ids).Scan(&n) // waits
			return n
		})
		return flow.Map4(user, orders, balance, total, func(u User, all []Order, balance, _ int) User {
			u.Orders, u.Balance = all, balance
			return u
		})
	})
}

// Raw returns rows of several queries at once.
func (s *Store) Raw(ctx context.Context, queries []string) ([]*sql.Rows, error) {
	return combinators.Each(ctx, 4, queries, func(ctx context.Context, q string) (*sql.Rows, error) {
		return s.db.QueryContext(ctx, q)
	}).Await(ctx)
}

// Warm fills the caches of the database.
func (s *Store) Warm(ctx context.Context, ids []int64) error {
	_, err := future.Run(ctx, func(ctx context.Context) (int, error) {
		for _, id := range ids {
			future.Call(ctx, s.balance, id)
		}
		return len(ids), nil
	})
	return err
}
