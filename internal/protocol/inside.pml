/*
 * An Await that blocks on a promise of its own scope, with the ctx of the scope. The
 * promise may be completed, with a failure too, and the scope may close, twice at once.
 */
#define SLEEPERS
#define FAILS /* the promise may fail */
#define NODES 2
#define SCOPES 1

/* 0: the promise; 1: the sleeper, which stands for no future */
#define KIND(n) ((n) == 0 -> promise : sleeper)
#define IN(n) 0
#define HOME(n) ((n) == 0 -> 0 : NONE)
#define FOREIGN(n) false

/* What has to be possible. */
inline outcomes()
{
	if
	:: awaitReturned && closeReturned[0] -> outcome = 1
	:: gaveUp && result[0] == failure && reported == 1 -> outcome = 2
	:: gaveUp && result[0] == cancellation -> outcome = 3
	:: told[1] == 1 && !gaveUp && result[0] == cancellation -> outcome = 4
	:: true
	fi
}

#include "core.pml"

init
{
	atomic {
		ring[0] = bit(0);
		run Judge();
		run Await(1, 0);
		run Complete(0);
		run Close(0);
		run Close(0)
	}
}
