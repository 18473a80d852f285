/*
 * A chain that goes from scope A to B and back: a Then of A behind a Then of B
 * behind a promise of A. The promise may be completed from outside, and both scopes may close.
 */
#define THENS
#define FAILS /* the promise may fail */
#define NODES 3
#define SCOPES 2
#define A 0
#define B 1

/* 0: the promise; 1: the Then of B; 2: the Then of A */
#define KIND(n) ((n) == 0 -> promise : then)
#define IN(n) ((n) - 1)
#define HOME(n) ((n) == 1 -> B : A)
#define FOREIGN(n) false

/* What has to be possible. */
inline outcomes()
{
	if
	:: result[2] == value && closeReturned[A] && closeReturned[B] -> outcome = 1
	:: result[1] == value && result[2] == cancellation -> outcome = 2
	:: result[0] == value && result[1] == cancellation && !ended[A] -> outcome = 3
	:: result[2] == failure && reported == 1 -> outcome = 4 /* A reports */
	:: result[1] == failure && result[2] == cancellation && reported == 1 && !closeReturned[B] -> outcome = 5 /* A had the duty, then B */
	:: true
	fi
}

#include "core.pml"

/* A goroutine that no scope knows of. */
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
		ring[A] = bit(0);
		unfinished = 1;
		run Judge();
		run Complete(0);
		run Close(A);
		run Close(B);
		run Construct()
	}
}
