package jadedbos

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"

	"github.com/jade-go/jade/durable"
	"github.com/jade-go/jade/future"
)

// notice makes an event of what has come about, if anything has: the cancellation of the run, a signal, the end of a sleep.
func (d *driver) notice() bool {
	if text, ok := d.live.cancellation(); ok && !d.left {
		d.left = true
		var why durable.Failure
		if err := json.Unmarshal([]byte(text), &why); err != nil {
			why = *durable.EncodeError(&future.CanceledError{Cause: fmt.Errorf("jadedbos: the cause: %w", err)})
		}
		d.write("cancel", record{Call: durable.Left, Outcome: durable.Outcome{Failure: &why}})
		return true
	}
	for id, name := range d.waits { // a flow has one signal of a name
		if key, text, ok := d.live.signal(name, d.used); ok {
			delete(d.waits, id)
			d.used[key] = true
			d.write("signal "+name, record{Call: id, Mail: key, Outcome: durable.Outcome{Value: json.RawMessage(text)}})
			return true
		}
	}
	if i := d.nextAlarm(); i >= 0 && !d.alarms[i].until.After(time.Now()) {
		a := d.alarms[i]
		d.alarms = slices.Delete(d.alarms, i, i+1)
		d.write(a.name, record{Call: a.id})
		return true
	}
	return false
}

func (d *driver) nextAlarm() int {
	first := -1
	for i, a := range d.alarms {
		if first < 0 || a.until.Before(d.alarms[first].until) {
			first = i
		}
	}
	return first
}

// write makes an event of r, and writes it.
func (d *driver) write(name string, r record) {
	if !d.skip() {
		return
	}
	r.Inline = true
	d.mu.Lock()
	d.number(&r)
	d.mu.Unlock()
	d.step++
	if _, err := dbos.RunAsStep(d.ctx, func(context.Context) (string, error) { return textFor(r), nil }, dbos.WithStepName(name)); err != nil {
		d.fail(err)
		return
	}
	d.arrive(r)
}

// skip takes the numbers of the steps that come now in what is recorded, and are no call of a function. It reports whether the driver can go on.
func (d *driver) skip() bool {
	for d.rows[d.step].Inline {
		_, err := dbos.RunAsStep(d.ctx, func(context.Context) (string, error) { return "", errStrayed }, dbos.WithStepName(d.rows[d.step].name))
		d.step++
		if err != nil {
			d.fail(err)
			return false
		}
	}
	return true
}
