/*
 * Two Thens of one scope behind one promise of no scope. The first has a foreign
 * ctx, the second that of the scope.
 * Who constructs them is none of the scope's work, so the scope may have closed
 * before, or may close meanwhile.
 */
#define NODES 3
#define SCOPES 1

/* 0: the promise; 1 and 2: the Thens */
#define KIND(n) ((n) == 0 -> promise : then)
#define IN(n) 0
#define HOME(n) ((n) == 0 -> NONE : 0)
#define FOREIGN(n) ((n) == 1)

#include "core.pml"

proctype Construct()
{
	DISPATCHER;
	construct(1, NONE);
	construct(2, NONE);
	finish(NONE)
}

init
{
	atomic {
		unfinished = 1;
		run Judge();
		run EndCtx();
		run Complete(0);
		run Close(0);
		run Construct()
	}
}
