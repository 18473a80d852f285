/*
 * An Await that blocks on a promise of a scope. The promise may be completed,
 * with a failure too; the ctx of Await may end; the scope may close, twice at once.
 */
#define SLEEPERS
#define FAILS /* the promise may fail */
#define NODES 2
#define SCOPES 1

/* 0: the promise; 1: the sleeper, which stands for no future */
#define KIND(n) ((n) == 0 -> promise : sleeper)
#define IN(n) 0
#define HOME(n) ((n) == 0 -> 0 : NONE)
#define FOREIGN(n) ((n) == 1)

/* What has to be possible. */
inline outcomes()
{
	if
	:: awaitReturned && closeReturned[0] -> outcome = 1
	:: gaveUp && result[0] == failure && reported == 1 -> outcome = 2
	:: gaveUp && head[0] == pending -> outcome = 3
	:: result[0] == failure && !awaitReturned && !gaveUp && spent && reported == 0 -> outcome = 4 /* it did not block */
	:: result[0] == cancellation && !gaveUp -> outcome = 5
	:: true
	fi
}

#include "core.pml"

init
{
	atomic {
		ring[0] = bit(0);
		run Judge();
		run Await(1, NONE);
		run EndAwait(1);
		run Complete(0);
		run Close(0);
		run Close(0)
	}
}
