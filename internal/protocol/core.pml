/*
 * A model of the protocol of package future, for the model checker Spin.
 *
 * Several kinds of goroutines meet at a future, a waiter and a scope: who
 * constructs a continuation, who completes its input, the alarm of a foreign
 * ctx, who cancels, who closes the scope. Spin tries every order of their steps
 * and checks the assertions below. The sizes are small: at most three
 * nodes and two scopes.
 *
 * Files
 *
 *   core.pml    the protocol: what each function of the core does, step by step
 *   then.pml    one Then on a foreign ctx, with a hook behind it
 *   two.pml     two Thens of one scope behind one promise
 *   scopes.pml  a Then of scope B behind a promise of scope A, with a hook behind it
 *   back.pml    a Then of scope A behind a Then of scope B behind a promise of scope A
 *   await.pml   a blocked Await with a foreign ctx, a failure, and Close twice
 *   inside.pml  the same with the ctx of the scope
 *   loser.pml   a hook behind a promise of the scope, which somebody else cancels
 *
 * All but the first are configurations: such a file says which nodes and
 * scopes there are, which kinds of nodes and goroutines, and includes this
 * file. It starts the goroutines, and names outcomes that have to be possible,
 * so that nothing is proved of too little.
 *
 * How to read it
 *
 * Node n stands behind future n: whoever owns the node completes the future.
 * One step of the model is one atomic operation of the Go code, or one section
 * under a mutex, as nobody sees what a mutex guards before it is unlocked. The
 * lock of a future is in a word that others read without it, so to lock and to
 * unlock are two steps. The fields of a node are plain memory: an access
 * begins with one step and ends with another. Two accesses to the same field
 * that overlap are a data race.
 *
 * What is checked
 *
 *   published[n]        a future is published exactly once
 *   told[n]             a waiter is dispatched or cancelled: one of them, once
 *   closeReturned[s]    no user function runs in a scope whose Close has returned
 *   ring[s] == 0        nothing of the scope is pending when Close returns
 *   unsettled(n, s)     nothing of the scope is claimed and not settled then
 *   restBusy, stopBusy  no data race on the fields of a node
 *   reported            a failure that a blocked Await returned is never reported;
 *                       one that nobody saw is reported once
 *   list[IN(n)]         who was cancelled does not stay in the list of a pending future
 *   unfinished == 0     no deadlock
 *
 * What is left out: values, the ctxs of bodies, what a cancellation passes on
 * to inputs, nested scopes, Grace, and Finally, whose function may run after Close.
 *
 * Planted mistakes
 *
 * A macro whose name begins with PLANT puts in one mistake. Those of the first
 * edition are PLANT_FIRST_ALARM and PLANT_FIRST_JOIN. protocol_test.go says
 * which assertion has to find which mistake.
 */

#define NONE 255 /* no scope */
#define bit(n) (1 << (n))
#define INDEX(s) ((s) == NONE -> 0 : (s)) /* of an array, whatever s is */

mtype = { pending, busy, complete }                 /* heads of a future */
mtype = { nothing, value, failure, cancellation }   /* results of a future */
mtype = { promise, then, hook, sleeper }            /* kinds of nodes */

/* A future: type core. */

mtype head[NODES] = pending;
byte list[NODES];              /* who waits, a set of nodes; guarded by the lock in head */
mtype result[NODES] = nothing; /* written before head is complete, read only after */

/* A node: what waits for a future. */

bool claimed[NODES]; /* atomic: who sets it owns the node */
bool counted[NODES]; /* running of the scope includes it; guarded by the scope's lock */

/* A foreign ctx and the registrations with it. The stop function that
 * context.AfterFunc returns and the alarm exclude each other. */

bool ctxEnded, fired[NODES], silenced[NODES];

/* A scope. Its lock guards all of this. */

byte ring[SCOPES];    /* the members, a set of nodes */
byte running[SCOPES]; /* counted members, and guests */
bool ended[SCOPES];   /* nothing is let in but guests */

/* The failure of promise 0. Futures that fail with it share its record. */

bool listed[NODES]; /* future n has it and nobody has taken it over; guarded by the scope's lock */
bool spent;         /* in the record, atomic: somebody has seen it, or it has been reported */

/* The sleeper: the one Await that blocks. */

bool awake;  /* its semaphore */
bool gaveUp; /* its ctx has ended; written by who has claimed it */

/* What only the assertions and the schedule read. */

byte published[NODES], told[NODES], reported;
bool restBusy[NODES];      /* somebody uses input, body and parent */
bool stopBusy[NODES];      /* somebody uses stop */
bool built[NODES];         /* the constructor has returned: users have the future */
bool closeReturned[SCOPES];
bool awaitReturned;        /* a blocked Await has returned the failure */
byte unfinished;           /* goroutines that have begun and have to end */
byte outcome;              /* see outcomes() of each configuration */

/* ---------------------------------------------------------------- futures */

/* core.lock, of a pending future. While another has the lock, it waits. */
inline lock(f) { atomic { head[f] == pending -> head[f] = busy } }

/* core.push: ok is false if the future is complete. */
inline push(f, n, ok)
{
#ifdef PLANT_LOST_WAKEUP
	/* It asks whether the future is complete, then locks, and does not ask again. */
	ok = (head[f] != complete);
	if
	:: ok -> d_step { head[f] != busy -> list[f] = list[f] | bit(n) }
	:: else
	fi
#else
	if
	:: lock(f); d_step { list[f] = list[f] | bit(n); head[f] = pending; ok = true }
	:: atomic { head[f] == complete -> ok = false }
	fi
#endif
}

/* core.remove: takes n off the list, if it is there and f is pending. */
inline remove(f, n)
{
	if
	:: lock(f); d_step { list[f] = list[f] & ~bit(n); head[f] = pending }
	:: head[f] == complete
	fi
}

/* The second half of core.publish. The caller has the lock, and goes on with who waited. */
inline open(f, r)
{
	d_step {
		result[f] = r;
		published[f]++;
		todo = todo | list[f];
		list[f] = 0;
		head[f] = complete
	}
}

/* publish, by who owns the node behind f: nobody else can have published. */
inline publish(f, r)
{
	atomic { head[f] != busy -> assert(published[f] == 0); head[f] = busy };
	open(f, r)
}

/* publish of a promise, where the first of several wins: ok says who. */
inline publishFirst(f, r, ok)
{
	if
	:: lock(f); open(f, r); ok = true
	:: atomic { head[f] == complete -> ok = false }
	fi
}

/* ------------------------------------------------------------------ nodes */

/* An access to input, body and parent of a node, and its end. */
inline beginRest(n) { assert(!restBusy[n]); restBusy[n] = true }
inline endRest(n) { restBusy[n] = false }

/* The same for stop. */
inline beginStop(n) { assert(!stopBusy[n]); stopBusy[n] = true }
inline endStop(n) { stopBusy[n] = false }

/* node.claim: the first wins, and from then on uses the fields of n. */
inline claim(n, won)
{
#ifdef PLANT_CLAIM_IN_TWO_STEPS
	won = !claimed[n];
#endif
	d_step {
#ifndef PLANT_CLAIM_IN_TWO_STEPS
		won = !claimed[n];
#endif
		claimed[n] = true;
		if
		:: won -> told[n]++; assert(told[n] == 1); beginRest(n)
		:: else
		fi
	}
}

/* The owner of n reads stop and calls it: there will be no alarm, unless there was. */
inline silence(n)
{
	if
	:: d_step { FOREIGN(n) -> assert(!stopBusy[n]); silenced[n] = !fired[n] }
	:: else
	fi
}

/* ----------------------------------------------------------------- scopes */

/* attach: a pending member comes in; refused if the scope has ended. */
inline attach(s, n, ok)
{
	d_step { ok = !ended[s]; if :: ok -> ring[s] = ring[s] | bit(n) :: else fi }
}

/* unlink: a member goes. It may be called again. */
inline unlink(s, n)
{
	d_step {
		if
		:: s != NONE && (ring[INDEX(s)] & bit(n)) ->
			ring[s] = ring[s] & ~bit(n);
			if
			:: counted[n] -> assert(running[s] > 0); counted[n] = false; running[s]--
			:: else
			fi
		:: else
		fi
	}
}

/* start: a pending member is to run. The caller holds the lock and has seen that the scope has not ended. */
inline start(s, n) { if :: !counted[n] -> counted[n] = true; running[s]++ :: else fi }

/* join and leave: a guest, who is let in even when the scope is closed. */
inline join(s) { d_step { if :: s != NONE -> running[s]++ :: else fi } }

inline leave(s) { if :: s != NONE -> assert(running[s] > 0); running[s]-- :: else fi }

/* A user function of scope s has run. If Close has not returned now, it had not before. */
inline userFunction(s) { assert(!closeReturned[s]) }

/* --------------------------------------------------------------- failures */

/* Future f is about to be published with a failure: it is listed with the scope first. */
inline note(f) { d_step { if :: HOME(f) != NONE -> listed[f] = true :: else fi } }

/* Somebody else has the duty now, or future f was not published. */
inline take(f) { listed[f] = false }

/* A user sees the failure of f, if it has one. */
inline observe(f)
{
	d_step { if :: result[f] == failure -> spent = true; listed[f] = false :: else fi }
}

/* Close reports what is listed and not spent. */
inline report(s)
{
	d_step {
		reportOne(s, 0);
		reportOne(s, 1);
#if NODES > 2
		reportOne(s, 2);
#endif
		skip
	}
}

inline reportOne(s, f)
{
	if
	:: HOME(f) == s && listed[f] ->
		listed[f] = false;
		if
		:: !spent -> spent = true; reported++
		:: else
		fi
	:: else
	fi
}

/* ------------------------------------------------------------ dispatching */

/* The variables of a goroutine that dispatches. */
#define DISPATCHER \
	byte todo;   /* what to go on with, a set of nodes */ \
	byte joined; /* the scopes that it is a guest of, a set */ \
	byte d;      /* the node that it is at */ \
	bool ok, won

/* A dispatcher that works for scope own becomes a guest of the scope of n,
 * unless it is one already. */
inline visit(own, n)
{
	if
	:: HOME(n) != NONE && HOME(n) != own && !(joined & bit(HOME(n))) ->
		joined = joined | bit(HOME(n));
		running[HOME(n)]++
	:: else
	fi
}

/* It does so before it claims n: else the scope could close while n is claimed and not settled. */
inline visitFirst(own, n)
{
#if !defined(PLANT_NO_JOIN) && !defined(PLANT_FIRST_JOIN) && !defined(PLANT_CLAIM_BEFORE_JOIN)
	visit(own, n)
#else
	skip
#endif
}

/* The goroutine has claimed n, and has read its fields. */
inline visitClaimed(own, n)
{
	d_step {
		endRest(n);
#ifdef PLANT_CLAIM_BEFORE_JOIN
		visit(own, n)
#endif
	}
}

/* The goroutine has dispatched everything, and ends. It leaves the scopes that
 * it is a guest of; host is the one that it was counted in from the start. */
inline finish(host)
{
	d_step {
		leave(host);
		if :: joined & bit(0) -> leave(0) :: else fi;
#if SCOPES > 1
		if :: joined & bit(1) -> leave(1) :: else fi;
#endif
		joined = 0; d = 0; ok = false; won = false;
		unfinished--
	}
}

/* Takes any node out of todo. In Go the order is that of registration; here all orders are tried. */
inline pop()
{
	if
	:: todo & bit(0) -> d = 0
	:: todo & bit(1) -> d = 1
	:: todo & bit(2) -> d = 2
	fi;
	todo = todo & ~bit(d)
}

/* Who has published the future of Then n takes n off whatever would have told it to end. */
inline part(n) { silence(n); unlink(HOME(n), n) }

/* The input of Then n, which the dispatcher owns, is complete. */
inline settleThen(n)
{
	if
#ifdef PLANT_FIRST_JOIN
	:: atomic { result[IN(n)] == value -> join(HOME(n)); unfinished++; run Body(n) }
#else
	:: atomic { result[IN(n)] == value && !ended[HOME(n)] ->
		start(HOME(n), n); unfinished++; run Body(n) }
#endif
	:: else -> /* the body does not run */
		if
		:: atomic { result[IN(n)] == failure -> note(n) }; take(IN(n))
		:: else
		fi;
		publish(n, (result[IN(n)] == failure -> failure : cancellation));
		part(n)
	fi
}

/* The input of hook n, which the dispatcher owns, is complete. */
inline settleHook(n, stack)
{
	observe(IN(n));
	if
	:: stack -> userFunction(HOME(n)); publish(n, value)
	:: atomic { !stack -> join(HOME(n)); unfinished++; run Hook(n) }
	fi
}

/* dispatcher.drain (stack) and resume (not stack): goes on with todo. own is the
 * scope that the goroutine works for. stack says whether a quick function may run
 * on its stack; else the function gets a goroutine. Every body gets one. */
inline dispatch(own, stack)
{
	do
	:: todo == 0 -> break
	:: atomic { todo != 0 -> pop(); visitFirst(own, d) };
		claim(d, won);
		if
		:: !won /* a cancellation owns it */
#ifdef THENS
		:: atomic { won && KIND(d) == then -> visitClaimed(own, d) }; settleThen(d)
#endif
#ifdef HOOKS
		:: atomic { won && KIND(d) == hook -> visitClaimed(own, d) }; settleHook(d, stack)
#endif
#ifdef SLEEPERS
#ifndef PLANT_SEEN_LATE
		/* Now: Close waits for this goroutine, not for the one that sleeps. */
		:: atomic { won && KIND(d) == sleeper -> observe(IN(d)) }; awake = true
#else
		:: atomic { won && KIND(d) == sleeper -> awake = true }
#endif
#endif
		fi
	od
}

/* A cancellation owns n: the scope closes, the foreign ctx has ended, or Cancel
 * was called. It reads the fields of n and clears them, stop only if it is no alarm. */
inline cancel(n, own, alarm)
{
	visitClaimed(own, n);
	publish(n, cancellation);
	remove(IN(n), n);
	if
	:: !alarm -> silence(n)
#if defined(PLANT_FIRST_ALARM) || defined(PLANT_ALARM_USES_STOP)
	:: alarm -> silence(n)
#endif
	:: else
	fi;
	unlink(HOME(n), n)
}

#ifdef THENS
/* The goroutine of a body. It is counted as the member n of its scope. */
proctype Body(byte n)
{
	DISPATCHER;
#ifdef PLANT_FIRST_JOIN
	if
	:: ended[HOME(n)] -> publish(n, cancellation)
	:: else -> userFunction(HOME(n)); publish(n, value)
	fi;
	part(n);
	dispatch(HOME(n), true);
	finish(HOME(n))
#else
	userFunction(HOME(n));
	publish(n, value);
#ifdef PLANT_UNLINK_EARLY
	part(n);
	dispatch(HOME(n), true);
#else
	dispatch(HOME(n), true);
	part(n); /* last: it ends the join */
#endif
	finish(NONE)
#endif
}
#endif

#ifdef HOOKS
/* The goroutine of a quick function. Who started it has joined the scope for it. */
proctype Hook(byte n)
{
	DISPATCHER;
	userFunction(HOME(n));
	publish(n, value);
	dispatch(HOME(n), true);
	finish(HOME(n))
}
#endif

/* ------------------------------------------------------ who does something */

#ifdef ALARMS
/* What context.AfterFunc runs when the foreign ctx of n has ended. It has the
 * home scope in a local, and never uses stop. */
proctype Alarm(byte n)
{
	DISPATCHER;
end:	atomic { ctxEnded && !silenced[n] -> fired[n] = true; unfinished++ };
#ifndef PLANT_ALARM_JOINS_LATE
	d_step { visit(NONE, n) }; /* before it claims: n may be in no ring yet, so Close would not wait */
#endif
	claim(n, won);
	if
	:: won -> cancel(n, NONE, true); dispatch(NONE, false)
	:: else
	fi;
	finish(NONE)
}
#endif

/* followBody: constructs Then n. own is the scope that the caller works for.
 * Input and parent are in locals: once the alarm is set, the fields of n are
 * for whoever claims it. */
inline construct(n, own)
{
#ifdef ALARMS
	if
	:: atomic { FOREIGN(n) -> run Alarm(n); beginStop(n) }; endStop(n) /* it stores what AfterFunc has returned */
	:: else
	fi;
#endif
#ifdef PLANT_FIRST_ALARM
	d_step { beginRest(n) }; endRest(n); /* attach reads the parent from the node */
#endif
	attach(HOME(n), n, ok);
	if
	:: !ok ->
		claim(n, won);
		if
		:: won -> cancel(n, own, false); assert(todo == 0) /* nobody has the future yet */
		:: else
		fi
#ifdef PLANT_NO_CHECK_AFTER_ATTACH
	:: ok ->
#else
	:: ok && head[n] == complete -> unlink(HOME(n), n) /* the alarm did not find it there */
	:: ok && head[n] != complete ->
#endif
		push(IN(n), n, ok);
		if
		:: !ok -> todo = bit(n); dispatch(own, false)
#ifndef PLANT_NO_CHECK_AFTER_PUSH
		:: ok && head[n] == complete -> remove(IN(n), n) /* nor there */
#endif
		:: else
		fi
	fi;
	atomic { built[n] = true; d = 0; ok = false; won = false }
}

/* OnDone and its like: registers hook n. */
inline constructHook(n, own)
{
	push(IN(n), n, ok);
	if
	:: !ok -> todo = bit(n); dispatch(own, false)
	:: else
	fi;
	built[n] = true
}

#ifdef CANCELS
/* Future.Cancel; or nobody cancels. */
proctype Cancel(byte n)
{
	DISPATCHER;
end:	if
	:: atomic { built[n] -> unfinished++; visitFirst(NONE, n) };
		claim(n, won);
		if
		:: won -> cancel(n, NONE, false); dispatch(NONE, false)
		:: else
		fi;
		finish(NONE)
	:: true
	fi
}
#endif

/* The foreign ctx ends, or never does. */
proctype EndCtx()
{
	if
	:: ctxEnded = true
	:: true
	fi
}

/* Promise.Complete, from a goroutine that works for no scope; or nobody completes promise n. */
proctype Complete(byte n)
{
	DISPATCHER;
	bool fails;
	if
	:: true -> goto over
	:: atomic { true -> unfinished++; join(HOME(n)) }
#ifdef FAILS
	:: atomic { true -> unfinished++; join(HOME(n)); fails = true }; note(n)
#endif
	fi;
	publishFirst(n, (fails -> failure : value), ok);
	if
	:: ok -> unlink(HOME(n), n); dispatch(HOME(n), false)
	:: !ok && fails -> take(n)
	:: else
	fi;
	fails = false;
	finish(HOME(n));
over:	skip
}

/* A hook of scope s is on its way: somebody has claimed it and not completed its future. */
#define unsettled(n, s) (KIND(n) == hook && HOME(n) == (s) && claimed[n] && head[n] != complete)

/* Scope.Close; or nobody closes. */
proctype Close(byte s)
{
	DISPATCHER;
	byte mine; /* the members to cancel, a set of nodes */
	byte i;
	if
	:: true -> goto over
	:: atomic { true -> unfinished++; running[s]++ }
	fi;
	d_step { /* it ends the scope's ctx: what is pending counts from now on */
		if
		:: !ended[s] ->
			ended[s] = true;
			do
			:: i == NODES -> break
			:: i != NODES ->
				if
				:: (ring[s] & bit(i)) && !counted[i] ->
#if !defined(PLANT_FIRST_JOIN) && !defined(PLANT_CLOSE_DOES_NOT_COUNT)
					counted[i] = true;
					running[s]++;
#endif
					mine = mine | bit(i)
				:: else
				fi;
				i++
			od;
			i = 0
		:: else
		fi
	};
	do
	:: mine == 0 -> break
	:: mine != 0 && !(mine & bit(i)) -> i++
	:: mine & bit(i) ->
		mine = mine & ~bit(i);
		if
#ifdef SLEEPERS
		:: KIND(i) == sleeper -> claim(i, won); if :: won -> gaveUp = true; awake = true :: else fi
#endif
		:: KIND(i) == promise -> /* no claim: the lock of the future decides */
			publishFirst(i, cancellation, ok);
			if
			:: ok -> unlink(s, i)
			:: else
			fi
#ifdef THENS
		:: KIND(i) == then ->
			claim(i, won);
			if
			:: won -> cancel(i, s, false)
			:: else
			fi
#endif
		fi
	od;
	i = 0;
	dispatch(s, false);
	unfinished++; /* Close goes on after it has left */
	finish(s);
#ifdef PLANT_REPORT_LATE
	running[s] == 0;
	report(s);
#else
	atomic { running[s] == 0 -> report(s) }; /* one section under the lock */
#endif
	d_step {
		assert(ring[s] == 0);
		assert(!unsettled(1, s));
#if NODES > 2
		assert(!unsettled(2, s));
#endif
		closeReturned[s] = true;
		unfinished--
	};
over:	skip
}

#ifdef SLEEPERS
/* Await that blocks: n waits in the list of its input, and for the end of its
 * ctx. own is the scope whose ctx that is; with NONE the ctx is foreign. */
proctype Await(byte n; byte own)
{
	bool ok;
	if
	:: own == NONE
	:: own != NONE ->
		attach(own, n, ok);
		if
		:: ok
		:: else -> d_step { claimed[n] = true; told[n]++; ok = true }; goto over
		fi
	fi;
	push(IN(n), n, ok);
	if
	:: !ok -> /* complete already, so it does not block; the end of the ctx may have claimed n */
		d_step { if :: !claimed[n] -> claimed[n] = true; told[n]++ :: else fi };
		observe(IN(n))
	:: else ->
		built[n] = true; /* the end of a foreign ctx may wake it from here on */
end:		awake;
		if
		:: gaveUp -> remove(IN(n), n)
		:: else ->
#ifdef PLANT_SEEN_LATE
			observe(IN(n));
#endif
			awaitReturned = (result[IN(n)] == failure)
		fi
	fi;
	unlink(own, n);
over:	atomic { built[n] = true; published[n]++; head[n] = complete } /* its caller has the result */
}

/* The ctx of Await n ends, or never does. */
proctype EndAwait(byte n)
{
	bool won;
end:	if
	:: built[n] ->
		ctxEnded = true;
		claim(n, won);
		if
		:: won -> gaveUp = true; awake = true
		:: else
		fi
	:: true
	fi
}
#endif

/* -------------------------------------------------------------- the judge */

/* What is true of a waiter when nobody can take a step. */
inline judge(n)
{
	/* Its input is complete, or its scope or ctx has ended: it has been told. */
	if
	:: built[n] && (head[IN(n)] == complete || (FOREIGN(n) && ctxEnded)
		|| (KIND(n) == then && ended[INDEX(HOME(n))])) ->
		assert(told[n] == 1);
		assert(published[n] == 1)
	:: else -> assert(told[n] == published[n])
	fi;
	/* Who has been told is in no list. */
	assert(!claimed[n] || !(list[IN(n)] & bit(n)))
}

/* What is true of promise 0. */
inline judgePromise()
{
	assert(published[0] <= 1);
	assert(published[0] == 1 || HOME(0) == NONE || !ended[INDEX(HOME(0))])
}

/* What is true of the failure of promise 0. A future that fails too has taken it over. */
inline judgeFailure()
{
	if
	:: result[0] != failure -> assert(reported == 0)
	:: result[0] == failure ->
		assert(reported <= 1);
		assert(!awaitReturned || reported == 0);
		if
#if NODES > 2
		:: result[2] == failure -> judgeHolder(HOME(2))
		:: result[1] == failure && result[2] != failure -> judgeHolder(HOME(1))
#else
		:: result[1] == failure -> judgeHolder(HOME(1))
#endif
		:: else -> judgeHolder(HOME(0))
		fi
	fi
}

inline judgeHolder(s)
{
	assert(s == NONE || !closeReturned[INDEX(s)] || spent)
}

proctype Judge()
{
	timeout; /* nobody can take a step */
	d_step {
		assert(unfinished == 0);
		judgePromise();
		judge(1);
#if NODES > 2
		judge(2);
#endif
		judgeFailure()
	};
	outcomes()
}
