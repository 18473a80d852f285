//go:build unix

package faas

import (
	"net"
	"syscall"
)

// shut lets nobody else join those who wait to be accepted. The system of a client that connects now tries again after a second, and
// is refused, as the listener is closed by then.
func shut(l net.Listener) {
	c, ok := l.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _ = syscall.Listen(int(fd), 0) })
	}
}
