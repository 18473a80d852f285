/*
 * One Then of a scope on a foreign ctx, behind a promise of no scope, with a
 * hook behind it. At any moment the promise may be completed, the foreign ctx
 * may end, somebody may cancel the Then, and the scope may close.
 */
#define THENS
#define HOOKS
#define ALARMS
#define CANCELS
#define FAILS /* the promise may fail */
#define NODES 3
#define SCOPES 1

/* 0: the promise; 1: the Then; 2: the hook, which has the scope of its input */
#define KIND(n) ((n) == 0 -> promise : ((n) == 1 -> then : hook))
#define IN(n) ((n) - 1)
#define HOME(n) ((n) == 0 -> NONE : 0)
#define FOREIGN(n) ((n) == 1)

/* What has to be possible. */
inline outcomes()
{
	if
	:: result[1] == value && result[2] == value && closeReturned[0] -> outcome = 1 /* all ran, then Close */
	:: fired[1] && result[1] == cancellation && !ended[0] -> outcome = 2 /* the alarm was first */
	:: fired[1] && result[1] == value -> outcome = 3 /* the alarm was late */
	:: ctxEnded && silenced[1] && !fired[1] -> outcome = 4 /* the alarm was silenced */
	:: ended[0] && result[0] == value && result[1] == cancellation -> outcome = 5 /* Close was first */
	:: result[1] == failure && reported == 0 && spent -> outcome = 6 /* the hook saw the failure */
	:: built[2] && head[1] == pending -> outcome = 7 /* nothing happened */
	:: true
	fi
}

#include "core.pml"

/* A function that runs in the scope, so Close waits for it. */
proctype Construct()
{
	DISPATCHER;
	construct(1, 0);
	constructHook(2, 0);
	finish(0)
}

init
{
	atomic {
		running[0] = 1;
		unfinished = 1;
		run Judge();
		run EndCtx();
		run Complete(0);
		run Cancel(1);
		run Close(0);
		run Construct()
	}
}
