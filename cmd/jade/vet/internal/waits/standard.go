package waits

import (
	"go/ast"
	"go/types"
	"strings"

	"github.com/jade-go/jade/cmd/jade/vet/internal/jade"
)

// key returns the name of fn as the lists have it: "net/http.Client.Do".
func key(fn *types.Func) string {
	path := fn.Pkg().Path()
	if recv := fn.Signature().Recv(); recv != nil {
		t := types.Unalias(recv.Type())
		if ptr, ok := t.(*types.Pointer); ok {
			t = types.Unalias(ptr.Elem())
		}
		if named, ok := t.(*types.Named); ok {
			return path + "." + named.Obj().Name() + "." + fn.Name()
		}
	}
	return path + "." + fn.Name()
}

func isStandardPath(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	switch first {
	case "log", "context", "net", "io", "os", "database", "crypto", "encoding", "runtime":
		return true
	}
	return false
}

// ofJade are the functions of Jade that wait.
var ofJade = []string{
	"Future.Await", "combinators.Await#", "combinators.AsCompleted", "Task.Do", "Flow.Do", "future.Run", "deadline.Run",
	"Scope.Close", "Scope.Wait", "Scope.WaitFor", "Handler.Invoke", "Handler.InvokeJSON", "Handler.Init", "faas.Serve", "GraphNode.Run", "Graph.Resolve",
}

// standard are the functions of the standard library that wait. A lock is not one: see mutex.go.
var standard = list(`
time.Sleep
sync.WaitGroup.Wait sync.Cond.Wait

net.Dial net.DialTimeout net.DialTCP net.DialUDP net.DialUnix net.Dialer.Dial net.Dialer.DialContext
net.LookupHost net.LookupIP net.LookupAddr net.LookupCNAME net.LookupMX net.LookupNS net.LookupPort net.LookupSRV net.LookupTXT
net.ResolveTCPAddr net.ResolveUDPAddr net.ResolveIPAddr
net.Resolver.LookupHost net.Resolver.LookupIP net.Resolver.LookupIPAddr net.Resolver.LookupNetIP net.Resolver.LookupAddr
net.Resolver.LookupCNAME net.Resolver.LookupMX net.Resolver.LookupSRV net.Resolver.LookupTXT
net.Conn.Read net.Conn.Write net.PacketConn.ReadFrom net.PacketConn.WriteTo net.Listener.Accept
crypto/tls.Dial crypto/tls.DialWithDialer crypto/tls.Dialer.Dial crypto/tls.Dialer.DialContext crypto/tls.Conn.Handshake crypto/tls.Conn.HandshakeContext
crypto/tls.Conn.Read crypto/tls.Conn.Write
net/http.Get net/http.Post net/http.PostForm net/http.Head
net/http.Client.Do net/http.Client.Get net/http.Client.Post net/http.Client.PostForm net/http.Client.Head
net/http.RoundTripper.RoundTrip net/http.Transport.RoundTrip
net/http.ListenAndServe net/http.ListenAndServeTLS net/http.Serve net/http.Server.ListenAndServe net/http.Server.Serve net/http.Server.Shutdown
net/rpc.Client.Call net/rpc.Dial net/rpc.DialHTTP net/smtp.SendMail net/smtp.Dial

database/sql.DB.Ping database/sql.DB.PingContext database/sql.DB.Query database/sql.DB.QueryContext database/sql.DB.QueryRow database/sql.DB.QueryRowContext
database/sql.DB.Exec database/sql.DB.ExecContext database/sql.DB.Begin database/sql.DB.BeginTx database/sql.DB.Prepare database/sql.DB.PrepareContext database/sql.DB.Conn
database/sql.Tx.Query database/sql.Tx.QueryContext database/sql.Tx.QueryRow database/sql.Tx.QueryRowContext database/sql.Tx.Exec database/sql.Tx.ExecContext
database/sql.Tx.Prepare database/sql.Tx.PrepareContext database/sql.Tx.Commit database/sql.Tx.Rollback
database/sql.Stmt.Query database/sql.Stmt.QueryContext database/sql.Stmt.QueryRow database/sql.Stmt.QueryRowContext database/sql.Stmt.Exec database/sql.Stmt.ExecContext
database/sql.Conn.QueryContext database/sql.Conn.QueryRowContext database/sql.Conn.ExecContext database/sql.Conn.BeginTx database/sql.Conn.PrepareContext database/sql.Conn.PingContext
database/sql.Rows.Next database/sql.Row.Scan

os.Open os.OpenFile os.Create os.ReadFile os.WriteFile os.ReadDir os.Remove os.RemoveAll os.Rename os.Mkdir os.MkdirAll os.CreateTemp os.MkdirTemp os.CopyFS
os.File.Read os.File.ReadAt os.File.ReadDir os.File.Sync os.Process.Wait
os/exec.Cmd.Run os/exec.Cmd.Output os/exec.Cmd.CombinedOutput os/exec.Cmd.Wait
path/filepath.Walk path/filepath.WalkDir path/filepath.Glob io/fs.WalkDir
`)

// onNetwork are functions that wait if what they read comes from a file or from the network.
var onNetwork = list(`io.ReadAll io.Copy io.CopyN io.CopyBuffer io.ReadFull io.ReadAtLeast encoding/json.Decoder.Decode encoding/xml.Decoder.Decode`)

func list(names string) map[string]bool {
	all := map[string]bool{}
	for name := range strings.FieldsSeq(names) {
		all[name] = true
	}
	return all
}

// reads reports whether call mentions the body of a request or an answer, a file or a connection.
func (p *Package) reads(call *ast.CallExpr) (found bool) {
	ast.Inspect(call, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.SelectorExpr:
			if t := p.info.TypeOf(n.X); n.Sel.Name == "Body" && t != nil {
				found = found || jade.IsNamed(t, "net/http", "Response") || jade.IsNamed(t, "net/http", "Request")
			}
		case *ast.Ident:
			if v, ok := p.info.Uses[n].(*types.Var); ok {
				found = found || jade.IsNamed(v.Type(), "net", "Conn") || jade.IsNamed(v.Type(), "os", "File") && n.Name != "Stdin"
			}
		}
		return !found
	})
	return found
}
