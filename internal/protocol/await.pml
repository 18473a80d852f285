/*
 * An Await that blocks on a promise of a scope. The promise may be completed,
 * with a failure too; the ctx of Await may end; the scope may close, twice at once.
 */
#define NODES 2
#define FAILS /* the promise may fail */
#define SCOPES 1

/* 0: the promise; 1: the sleeper, which stands for no future */
#define KIND(n) ((n) == 0 -> promise : sleeper)
#define IN(n) 0
#define HOME(n) ((n) == 0 -> 0 : NONE)
#define FOREIGN(n) ((n) == 1)

#include "core.pml"

init
{
	atomic {
		ring[0] = bit(0);
		run Judge();
		run Await(1);
		run EndAwait(1);
		run Complete(0);
		run Close(0);
		run Close(0)
	}
}
