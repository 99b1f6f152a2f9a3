package store

// Scope is a part of the management API that a token opens. No scope holds another.
type Scope string

// The scopes.
const (
	ScopeRead  Scope = "read"  // look at everything; secrets are masked there
	ScopeWrite Scope = "write" // change bots and what belongs to them
	ScopeSend  Scope = "send"  // send messages to chats
	ScopeAdmin Scope = "admin" // make and revoke tokens
)

// Scopes are all there are.
func Scopes() []Scope { return []Scope{ScopeRead, ScopeWrite, ScopeSend, ScopeAdmin} }
