// Package vet has the checks of jade vet. Each finds a mistake that is easily made with Jade and
// that compiles.
//
//   - [outerctx]: a task or a continuation uses the ctx around it instead of its own
//   - [quick]: a function that must be quick waits
//   - [dropped]: a result is dropped, so that the call does nothing
//   - [perrequest]: a flow, a task or a gate is made anew for each request
//   - [unclosed]: a scope is not closed on each path
//   - [body]: a task returns a reader that ends with its ctx
//   - [order]: a policy never acts because of where it is written
//   - [swallow]: a task hides a failure
//
// The command jadevet runs them, alone or in go vet:
//
//	jadevet ./...
//	go vet -vettool=$(which jadevet) ./...
//
// A finding in a file that ends with _test.go is left out, unless the flag -tests is set.
//
// # Exceptions
//
// A comment excepts a finding on its line. If it stands alone on its line, it excepts those on
// the next one:
//
//	//jade:ignore outerctx the audit must end even if this call is late
//	audit(ctx, order)
//
// The name of the check comes first, or several with commas. The rest is the
// reason. A comment without a reason, with a name that no check has, or on a line where its check finds
// nothing is itself a finding.
//
// # What the checks do not see
//
// A check looks at one package at a time. Of other packages it knows which functions wait,
// which are constructors, and which give their arguments to Jade. It does not follow methods of interfaces, or functions
// in fields, maps and channels.
package vet

import (
	"golang.org/x/tools/go/analysis"

	"github.com/jade-go/jade/cmd/jade/vet/body"
	"github.com/jade-go/jade/cmd/jade/vet/dropped"
	"github.com/jade-go/jade/cmd/jade/vet/internal/report"
	"github.com/jade-go/jade/cmd/jade/vet/order"
	"github.com/jade-go/jade/cmd/jade/vet/outerctx"
	"github.com/jade-go/jade/cmd/jade/vet/perrequest"
	"github.com/jade-go/jade/cmd/jade/vet/quick"
	"github.com/jade-go/jade/cmd/jade/vet/swallow"
	"github.com/jade-go/jade/cmd/jade/vet/unclosed"
)

// Analyzers are all checks, and the one of the comments that except findings.
var Analyzers = []*analysis.Analyzer{
	body.Analyzer,
	dropped.Analyzer,
	report.Ignore,
	order.Analyzer,
	outerctx.Analyzer,
	perrequest.Analyzer,
	quick.Analyzer,
	swallow.Analyzer,
	unclosed.Analyzer,
}

// Tests makes the checks report findings in tests too. Call it before a check runs; Main has a flag for it.
func Tests(on bool) { report.Tests = on }
