package recovery

import (
	"reflect"
	"strings"
)

// looks know the errors of libraries, which are not imported for that. A
// panic in one, as of a method of the error, counts as no answer.
var looks = []func(error) guess{ofStatus, ofSQLState, ofRedis, ofSQLite, ofGRPC, ofAWS, ofJetStream}

// ofStatus goes by the HTTP status of an answer.
func ofStatus(err error) guess {
	switch e := err.(type) {
	case interface{ StatusCode() int }:
		return status(e.StatusCode())
	case interface{ HTTPStatusCode() int }:
		return status(e.HTTPStatusCode())
	}
	return none
}

func status(code int) guess {
	switch {
	case code >= 500, code == 408, code == 425, code == 429: // Request Timeout, Too Early, Too Many Requests
		return theirs
	case code >= 400:
		return repeats
	}
	return none
}

// ofSQLState goes by the class of an SQLSTATE (ISO 9075; appendix A of the
// manual of PostgreSQL), which go-sql-driver/mysql has in a field.
func ofSQLState(err error) guess {
	if e, ok := err.(interface{ SQLState() string }); ok {
		return sqlState(e.SQLState())
	}
	v := reflect.Indirect(reflect.ValueOf(err))
	if v.Kind() != reflect.Struct || v.Type().Name() != "MySQLError" {
		return none
	}
	number, state := v.FieldByName("Number"), v.FieldByName("SQLState")
	if number.IsValid() && number.CanUint() {
		if g, ok := mysqlNumbers[number.Uint()]; ok {
			return g
		}
	}
	if state.IsValid() && state.Kind() == reflect.Array && state.Type().Elem().Kind() == reflect.Uint8 {
		text := make([]byte, state.Len())
		reflect.Copy(reflect.ValueOf(text), state)
		return sqlState(string(text))
	}
	return none
}

func sqlState(state string) guess {
	if state == "57014" { // query_canceled: statement_timeout
		return tooLate
	}
	if len(state) < 2 {
		return none
	}
	switch state[:2] {
	case "53", "57", "58", "XX":
		return ofTheMachine
	case "08", "40":
		return theirs
	case "22", "23", "42":
		return repeats
	}
	return none
}

// mysqlNumbers are errors that MySQL and MariaDB give a general SQLSTATE, or one that says something else.
var mysqlNumbers = map[uint64]guess{
	1040: ofTheMachine, // too many connections
	1203: ofTheMachine, // a user has too many
	1226: ofTheMachine, // a user's resource limit
	1021: ofTheMachine, // disk full
	1037: ofTheMachine, // out of memory
	1041: ofTheMachine,
	1053: ofTheMachine, // server shutdown in progress
	1205: theirs,       // lock wait timeout
	1969: tooLate,      // max_statement_time exceeded, MariaDB
	3024: tooLate,      // max_execution_time exceeded, MySQL
}

// ofRedis goes by the first word of a reply: clients of Redis mark those with a method RedisError.
func ofRedis(err error) guess {
	if _, ok := err.(interface{ RedisError() }); !ok {
		return none
	}
	text := err.Error()
	if text == "redis: nil" {
		return repeats
	}
	if text == "ERR max number of clients reached" {
		return theirs
	}
	switch word, _, _ := strings.Cut(text, " "); word {
	case "LOADING", "BUSY", "READONLY", "CLUSTERDOWN", "MOVED", "ASK", "TRYAGAIN", "MASTERDOWN", "NOREPLICAS", "MISCONF", "OOM":
		return theirs
	}
	return none
}

// ofSQLite goes by the result code (sqlite.org/rescode.html) of an error of a package of that name. SQLite
// is in our own process, so what ails it ails the machine, but for a lock that another holds.
func ofSQLite(err error) guess {
	e, ok := err.(interface{ Code() int })
	if t := reflect.Indirect(reflect.ValueOf(err)); !ok || !t.IsValid() || !strings.Contains(t.Type().PkgPath(), "sqlite") {
		return none
	}
	switch e.Code() & 0xff { // the rest is that of an extended code
	case 5, 6: // BUSY, LOCKED
		return theirs
	case 7, 10, 11, 13, 14, 26: // NOMEM, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB
		return ofTheMachine
	case 18, 19, 20, 25: // TOOBIG, CONSTRAINT, MISMATCH, RANGE
		return repeats
	}
	return none
}

// ofGRPC reads the code of an error with a method GRPCStatus, whose result
// type is gRPC's own, so only reflection can ask it.
func ofGRPC(err error) guess {
	m := reflect.ValueOf(err).MethodByName("GRPCStatus")
	if !niladic(m) {
		return none
	}
	m = m.Call(nil)[0].MethodByName("Code")
	if !niladic(m) {
		return none
	}
	if code := m.Call(nil)[0]; code.CanUint() {
		return grpcCodes[code.Uint()]
	}
	return none
}

// grpcCodes are by the codes of google.golang.org/grpc/codes.
var grpcCodes = map[uint64]guess{
	1:  leftTheirs,   // Canceled
	2:  theirs,       // Unknown
	3:  repeats,      // InvalidArgument
	4:  tooLate,      // DeadlineExceeded
	5:  repeats,      // NotFound
	6:  repeats,      // AlreadyExists
	7:  repeats,      // PermissionDenied
	8:  ofTheMachine, // ResourceExhausted
	9:  repeats,      // FailedPrecondition
	10: theirs,       // Aborted
	11: repeats,      // OutOfRange
	12: theirs,       // Unimplemented
	13: theirs,       // Internal
	14: theirs,       // Unavailable
	15: theirs,       // DataLoss
	16: repeats,      // Unauthenticated
}

// ofAWS goes by whose fault a service of AWS says that it was, and by its names for "too many requests".
func ofAWS(err error) guess {
	m := reflect.ValueOf(err).MethodByName("ErrorFault")
	if !niladic(m) {
		return none
	}
	if e, ok := err.(interface{ ErrorCode() string }); ok {
		switch code := e.ErrorCode(); {
		case strings.HasPrefix(code, "Throttl"), strings.HasPrefix(code, "TooManyRequests"), strings.HasPrefix(code, "RequestLimitExceeded"),
			strings.HasPrefix(code, "ProvisionedThroughputExceeded"), code == "SlowDown", code == "RequestTimeout":
			return theirs
		}
	}
	const server, client = 1, 2
	if fault := m.Call(nil)[0]; fault.CanInt() {
		switch fault.Int() {
		case server:
			return theirs
		case client:
			return repeats
		}
	}
	return none
}

// ofJetStream goes by the code of an error of NATS JetStream, which is an HTTP status.
func ofJetStream(err error) guess {
	m := reflect.ValueOf(err).MethodByName("APIError")
	if !niladic(m) {
		return none
	}
	if e := reflect.Indirect(m.Call(nil)[0]); e.Kind() == reflect.Struct {
		if code := e.FieldByName("Code"); code.IsValid() && code.CanInt() {
			return status(int(code.Int()))
		}
	}
	return none
}

// niladic reports whether m is a method without arguments and with one result.
func niladic(m reflect.Value) bool {
	return m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1
}

// texts are errors that libraries make with errors.New, and that nothing but the text tells apart.
var texts = map[string]guess{
	"sql: database is closed": ofTheMachine,
	"http: Handler timeout":   tooLate,
	"conn closed":             theirs,       // pgx
	"closed pool":             ofTheMachine, // pgxpool

	"redis: client is closed":           ofTheMachine,
	"redis: connection pool timeout":    ofTheMachine,
	"redis: connection pool exhausted":  ofTheMachine,
	"redigo: connection pool exhausted": ofTheMachine,

	"invalid connection": theirs, // go-sql-driver/mysql
	"busy buffer":        theirs,

	"nats: timeout":                             tooLate,
	"nats: draining connection timed out":       tooLate,
	"nats: connection closed":                   theirs,
	"nats: connection draining":                 theirs,
	"nats: connection reconnecting":             theirs,
	"nats: invalid connection":                  theirs,
	"nats: stale connection":                    theirs,
	"nats: server is disconnected":              theirs,
	"nats: no servers available for connection": theirs,
	"nats: no responders available for request": theirs,
	"nats: server maximum connections exceeded": theirs,
	"nats: slow consumer, messages dropped":     theirs,
	"nats: outbound buffer limit exceeded":      ofTheMachine,
}
