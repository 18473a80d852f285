/*
 * A Then of scope B behind a promise of scope A, with a hook of B behind it.
 * The promise may be completed from outside, and both scopes may close.
 */
#define THENS
#define HOOKS
#define FAILS /* the promise may fail */
#define NODES 3
#define SCOPES 2
#define A 0
#define B 1

/* 0: the promise; 1: the Then; 2: the hook, which has the scope of its input */
#define KIND(n) ((n) == 0 -> promise : ((n) == 1 -> then : hook))
#define IN(n) ((n) - 1)
#define HOME(n) ((n) == 0 -> A : B)
#define FOREIGN(n) false

/* What has to be possible. */
inline outcomes()
{
	if
	:: result[2] == value && result[1] == value && closeReturned[A] && closeReturned[B] -> outcome = 1
	:: result[0] == value && result[1] == cancellation && closeReturned[A] -> outcome = 2
	:: result[0] == cancellation && result[1] == cancellation && !ended[B] -> outcome = 3
	:: result[0] == failure && result[1] == cancellation && reported == 1 -> outcome = 4 /* A reports */
	:: result[1] == failure && spent && reported == 0 -> outcome = 5 /* the hook saw it */
	:: true
	fi
}

#include "core.pml"

/* A function that runs in B, so Close waits for it. */
proctype Construct()
{
	DISPATCHER;
	construct(1, B);
	constructHook(2, B);
	finish(B)
}

init
{
	atomic {
		running[B] = 1;
		ring[A] = bit(0);
		unfinished = 1;
		run Judge();
		run Complete(0);
		run Close(A);
		run Close(B);
		run Construct()
	}
}
