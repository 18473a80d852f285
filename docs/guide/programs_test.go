package guide_test

// programs are the parts of the chapters that print, by the names under
// which the chapters show their output.
var programs = map[string]func(){
	"sequential":    sequential,
	"await-at-once": awaitAtOnce,

	"start-first":   startFirst,
	"first-failure": firstFailure,
	"concurrent":    concurrent,
	"along-data":    alongData,
	"map":           mapped,
	"each":          each,
	"any":           firstAnswer,
	"promise":       promised,

	"left-behind":     leftBehind,
	"scoped":          scoped,
	"close":           closed,
	"cut-off":         cutOff,
	"siblings":        siblings,
	"nested":          nested,
	"unobserved":      unobserved,
	"unobserved-hook": unobservedHook,
	"grace":           grace,

	"fallback":      fallback,
	"reported":      reported,
	"wrapper-order": wrapperOrder,
	"recover":       recovered,
	"recover-is":    recoveredIs,
	"panic":         panicked,
	"canceled":      canceled,
	"finally":       cleanup,

	"within":                   within,
	"within-fallback":          withinFallback,
	"within-fallback-reversed": withinFallbackReversed,
	"within-then":              fromTheCall,
	"run-in-then":              fromTheStart,
	"run":                      wholePage,
	"run-outside":              stubborn,
	"run-inside":               stubbornJoined,
	"run-grace":                stubbornGrace,
	"reserve":                  reserve,
	"partial":                  partial,
	"shield":                   shield,

	"chain":     chain,
	"one-shape": oneShape,
	"shared":    shared,
}
