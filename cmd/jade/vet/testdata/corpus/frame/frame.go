// Package frame has handlers of a framework such as gin.
package frame

import (
	"context"
	"net/http"
	"time"

	"github.com/jade-go/jade/combinators"
	"github.com/jade-go/jade/deadline"
	"github.com/jade-go/jade/flow"
	"github.com/jade-go/jade/future"
	"github.com/jade-go/jade/task"
)

// Context is what such a framework gives to a handler.
type Context struct {
	Request *http.Request
	params  map[string]string
	status  int
	body    any
}

func (c *Context) Param(name string) string  { return c.params[name] }
func (c *Context) JSON(status int, body any) { c.status, c.body = status, body }

type HandlerFunc func(*Context)

type Router struct{ routes map[string]HandlerFunc }

func (r *Router) GET(path string, h HandlerFunc) { r.routes[path] = h }

type profile struct{ Name, City string }

type users struct {
	name func(context.Context, string) (string, error)
	city func(context.Context, string) (string, error)
	page *flow.Flow[string, profile]
}

func pageOf(u *users) *flow.Flow[string, profile] {
	return flow.New("profile", func(id flow.Node[string]) flow.Node[profile] {
		name := flow.Step(task.New("name", u.name), id)
		city := flow.Fallback(flow.Step(task.New("city", u.city).Timeout(500*time.Millisecond), id), "") // longer than the flow's
		return flow.Map2(name, city, func(n, c string) profile { return profile{n, c} })
	}).Timeout(200 * time.Millisecond)
}

func Register(r *Router, u *users) {
	u.page = pageOf(u)
	r.GET("/profiles/:id", u.profile)
	r.GET("/slow/:id", func(c *Context) {
		p, err := pageOf(u).Do(c.Request.Context(), c.Param("id")) // made anew
		answer(c, p, err)
	})
	r.GET("/both/:id", func(c *Context) {
		ctx, cancel := deadline.Reserve(c.Request.Context(), 10*time.Millisecond)
		defer cancel()
		p, err := future.Run(ctx, func(ctx context.Context) (profile, error) {
			name := future.Call(ctx, u.name, c.Param("id"))
			city := future.Go(ctx, func(own context.Context) (string, error) {
				return u.city(c.Request.Context(), c.Param("id")) // the ctx of the request
			})
			n, ci, err := combinators.Await2(ctx, name, city)
			return profile{n, ci}, err
		})
		answer(c, p, err)
	})
}

func (u *users) profile(c *Context) {
	p, err := u.page.Do(c.Request.Context(), c.Param("id"))
	answer(c, p, err)
}

func answer(c *Context, p profile, err error) {
	if err != nil {
		c.JSON(http.StatusBadGateway, err.Error())
		return
	}
	c.JSON(http.StatusOK, p)
}
