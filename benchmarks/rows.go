package main

// rows are in the order of the table.
var rows = []row{
	startPlain,
	startCancellable,
	awaitCompleted,
	mapsOnCompleted,
	thensPlain,
	thensInScope,
	thensCancellable,
	thensOnPromise,
	allOf(10),
	allOf(100),
	allOf(1000),
	eachOf1000,
	raceOfQuick,
	raceOfWaiting,
	withinDeadline,
	runWithDeadline,
	panicToError,
	orderPage,
	pendingPromises,
}
