package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// errRefused is said of what must not be called.
var errRefused = errors.New("refused")

// Metadata of a cloud's machines, which gives credentials to whoever asks: no name opens these. Lambda's runtime and
// telemetry interfaces are on loopback and link-local addresses too.
var metadata = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("fd00:ec2::/32"),
	netip.MustParsePrefix("100.100.100.200/32"), netip.MustParsePrefix("192.0.0.192/32"),
}

// guard dials public addresses, and those of hosts that were opened by name.
type guard struct {
	public, opened net.Dialer
	hosts          map[string]bool // host or host:port, lower case
}

const dialTime = 5 * time.Second

func newGuard(hosts []string) *guard {
	g := &guard{hosts: map[string]bool{}}
	for _, host := range hosts {
		if host = strings.ToLower(strings.TrimSpace(host)); host != "" {
			g.hosts[host] = true
		}
	}
	public := ssrf.New(ssrf.WithAnyPort())
	g.public = net.Dialer{Timeout: dialTime, Control: refusing(public.Safe)}
	g.opened = net.Dialer{Timeout: dialTime, Control: refusing(noMetadata)}
	return g
}

// dial connects to host:port. Control sees the addresses that the name has been resolved to, each before it is dialled:
// a name that means another address the next time it is asked for gains nothing.
func (g *guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	name := strings.ToLower(address)
	if g.hosts[name] || g.hosts[strings.ToLower(host)] {
		return g.opened.DialContext(ctx, network, address)
	}
	return g.public.DialContext(ctx, network, address)
}

type control = func(network, address string, c syscall.RawConn) error

// refusing marks the errors of a check, and leaves out the address, which may be of a network that is nobody's business.
func refusing(check control) control {
	return func(network, address string, c syscall.RawConn) error {
		if err := check(network, address, c); err != nil {
			return fmt.Errorf("%w: the host has an address that requests may not reach", errRefused)
		}
		return nil
	}
}

func noMetadata(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := embedded(at.Addr().Unmap().WithZone(""))
	for _, prefix := range metadata {
		if prefix.Contains(ip) {
			return ssrf.ErrProhibitedIP
		}
	}
	return nil
}

var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// embedded gives the IPv4 address that a NAT64 address leads to, and any other as it is.
func embedded(ip netip.Addr) netip.Addr {
	if !nat64.Contains(ip) {
		return ip
	}
	bytes := ip.As16()
	return netip.AddrFrom4([4]byte(bytes[12:]))
}
