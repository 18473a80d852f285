package flow

import "github.com/jade-go/jade/internal/engine"

// seal opens what other packages keep for engines.
var seal engine.Seal
