/*
 * Two Thens of one scope behind one promise of no scope. The first has a foreign
 * ctx, the second that of the scope.
 * Who constructs them is none of the scope's work, so the scope may have closed
 * before, or may close meanwhile.
 */
#define THENS
#define ALARMS
#define NODES 3
#define SCOPES 1

/* 0: the promise; 1 and 2: the Thens */
#define KIND(n) ((n) == 0 -> promise : then)
#define IN(n) 0
#define HOME(n) ((n) == 0 -> NONE : 0)
#define FOREIGN(n) ((n) == 1)

/* What has to be possible. */
inline outcomes()
{
	if
	:: result[1] == value && result[2] == value && closeReturned[0] -> outcome = 1
	:: result[1] == value && result[2] == cancellation -> outcome = 2
	:: result[1] == cancellation && result[2] == value && fired[1] -> outcome = 3
	:: result[1] == cancellation && result[2] == value && ended[0] -> outcome = 4
	:: closeReturned[0] && head[0] == pending -> outcome = 5
	:: true
	fi
}

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
