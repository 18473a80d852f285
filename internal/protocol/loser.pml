/*
 * A hook of a scope behind a promise of the scope, as a Map is. The promise may be
 * completed; somebody who works for no scope may cancel the hook, as a Race does with
 * those who lost; and the scope may close.
 */
#define HOOKS
#define CANCELS
#define NODES 2
#define SCOPES 1

/* 0: the promise; 1: the hook */
#define KIND(n) ((n) == 0 -> promise : hook)
#define IN(n) 0
#define HOME(n) 0
#define FOREIGN(n) false

/* What has to be possible. */
inline outcomes()
{
	if
	:: result[1] == value && closeReturned[0] -> outcome = 1
	:: result[0] == value && result[1] == cancellation && closeReturned[0] -> outcome = 2
	:: result[0] == cancellation && result[1] == cancellation && closeReturned[0] -> outcome = 3
	:: head[0] == pending && result[1] == cancellation -> outcome = 4
	:: true
	fi
}

#include "core.pml"

/* A function that runs in the scope, so Close waits for it. */
proctype Construct()
{
	DISPATCHER;
	constructHook(1, 0);
	finish(0)
}

init
{
	atomic {
		running[0] = 1;
		ring[0] = bit(0);
		unfinished = 1;
		run Judge();
		run Complete(0);
		run Cancel(1);
		run Close(0);
		run Construct()
	}
}
