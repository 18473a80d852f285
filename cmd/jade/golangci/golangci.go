// Package golangci makes the checks of package vet a plugin of golangci-lint v2.
//
// Write a file .custom-gcl.yml beside your .golangci.yml, and let golangci-lint build a
// binary with the plugin, which takes some minutes:
//
//	version: v2.15.0
//	plugins:
//	  - module: github.com/jade-go/jade/cmd/jade
//	    import: github.com/jade-go/jade/cmd/jade/golangci
//	    version: v0.1.0
//
//	golangci-lint custom
//
// Enable the plugin in .golangci.yml, and run ./custom-gcl run:
//
//	version: "2"
//	linters:
//	  enable:
//	    - jade
//	  settings:
//	    custom:
//	      jade:
//	        type: module
//	        settings:
//	          tests: true                # findings in tests too
//	          checks: [outerctx, quick]  # without it: all
//
// A comment //jade:ignore excepts a finding, and so does //nolint:jade // reason.
package golangci

import (
	"fmt"
	"slices"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/jade-go/jade/cmd/jade/vet"
)

func init() { register.Plugin("jade", New) }

// Settings are those of the plugin in .golangci.yml.
type Settings struct {
	Tests  bool     `json:"tests"`
	Checks []string `json:"checks"`
}

// New returns the plugin with settings from .golangci.yml.
func New(settings any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](settings)
	if err != nil {
		return nil, fmt.Errorf("jade: settings: %w", err)
	}
	return plugin{s}, nil
}

type plugin struct{ Settings }

// BuildAnalyzers returns the checks that the settings name, or all.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	vet.Tests(p.Tests)
	if len(p.Checks) == 0 {
		return vet.Analyzers, nil
	}
	var chosen []*analysis.Analyzer
	for _, name := range p.Checks {
		i := slices.IndexFunc(vet.Analyzers, func(a *analysis.Analyzer) bool { return a.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("jade: settings: checks: %q is no check", name)
		}
		chosen = append(chosen, vet.Analyzers[i])
	}
	return chosen, nil
}

// GetLoadMode says that the checks need types.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
