package fetch

import "net"

// Resolve makes the client ask a resolver of the test's.
func (c *Client) Resolve(r *net.Resolver) {
	c.guard.public.Resolver, c.guard.opened.Resolver = r, r
}
