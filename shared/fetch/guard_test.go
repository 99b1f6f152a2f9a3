package fetch_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"hookline/shared/bot"
	"hookline/shared/fetch"
)

// forbidden are addresses that no request may reach.
var forbidden = []string{
	"127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255",
	"172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255", "169.254.169.254", "169.254.170.2", "169.254.170.23",
	"169.254.100.1", "169.254.0.1", "169.254.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "192.0.0.1",
	"192.0.0.192", "192.0.0.170", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.255", "192.88.99.1",
	"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
	"::", "::1", "::2", "fe80::1", "febf::1", "fec0::1", "fc00::1", "fd00::1", "fdff:ffff::1", "fd00:ec2::254", "ff02::1", "ff0e::1",
	"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:192.168.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "::ffff:100.64.0.1",
	"::127.0.0.1", "::10.0.0.1", "::a9fe:a9fe", "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe",
	"64:ff9b:1::1", "64:ff9b:1:fffe::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:1::1", "2002:a9fe:a9fe::1",
	"2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1", "2001:db8::1", "100::1", "3fff::1", "5f00::1", "4000::1",
}

// spellings are other ways to write such addresses, all of which some program takes for one.
var spellings = []string{
	"http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://127.1/",
	"http://127.0.1/", "http://0/", "http://0x0/", "http://127.000.000.001/", "http://127.0.0.1./", "http://[::ffff:7f00:1]/",
	"http://[0:0:0:0:0:0:0:1]/", "http://[0000::1]/", "http://[::ffff:0x7f.0.0.1]/", "http://[::1%25lo]/", "http://[fe80::1%25eth0]/",
	"http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.254.43518/", "http://169.16689662/",
	"http://0xa9.0xfe.0xa9.0xfe/", "http://[::ffff:a9fe:a9fe]/", "http://[0:0:0:0:0:ffff:169.254.169.254]/", "http://3232235521/",
	"http://10.1/", "http://012.0.0.1/", "http://0xa.0.0.1/", "http://167772161/", "http://1.0.0.127.in-addr.arpa/",
	"http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://127%2e0%2e0%2e1/", "http://127.0.0.1%00.example.com/", "http://127.0.0.1%20/",
	"http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://localhost.localdomain/", "http://ip6-localhost/",
	"http://metadata.google.internal/", "http://metadata/", "http://instance-data/", "http://sandbox.localdomain/", "http://sandbox:9001/",
	"http://example.com@127.0.0.1/", "http://127.0.0.1@example.com/", "http://127.0.0.1:80@example.com/", "http://user:word@example.com/",
	"http://example.com#@127.0.0.1/", "http://127.0.0.1\\@example.com/", "http:///127.0.0.1/", "http:127.0.0.1/", "//127.0.0.1/", "127.0.0.1",
	"http://127.0.0.1:0/", "http://127.0.0.1:65536/", "http://127.0.0.1:http/", "http://[127.0.0.1]/", "http://[::1", "http://::1/",
	"ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "dict://127.0.0.1:11211/", "unix:///var/run/docker.sock",
	"data:text/plain,hi", "javascript:1", "jar:http://127.0.0.1!/", "ldap://127.0.0.1/", "http+unix://%2Fvar%2Frun%2Fdocker.sock/", "",
	" http://127.0.0.1/", "\thttp://127.0.0.1/", "http://127.0.0.1/\r\nHost: x", "HTTP://127.0.0.1/", "http://127.0.0.1:8080/", "https://127.0.0.1/",
	"https://[::1]:443/", "http://127.0.0.1:22/", "http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/v2/credentials",
	"http://[fd00:ec2::254]/latest/", "http://169.254.100.1:9001/2018-06-01/runtime/invocation/next",
}

// literal gives an address as it stands in a URL.
func literal(address string) string {
	if strings.Contains(address, ":") {
		return "http://[" + address + "]/"
	}
	return "http://" + address + "/"
}

func refused(t *testing.T, c *fetch.Client, address string) {
	t.Helper()
	response, err := c.Do(t.Context(), fetch.Request{URL: address})
	if err != nil && bot.KindOf(err) == bot.Invalid {
		return
	}
	for _, why := range []string{"refused: ", "the host is not found", "redirected to what is no address", "address 65536: invalid port"} {
		if response.Status == 0 && strings.HasPrefix(response.Err, why) {
			return
		}
	}
	t.Errorf("Do(%q) = %d, %q, %v, want it refused", address, response.Status, response.Err, err)
}

func TestB10ForbiddenAddresses(t *testing.T) {
	if count := 3*len(forbidden) + len(spellings); count < 150 {
		t.Errorf("%d ways to forbidden addresses are tried, want 150", count)
	}
	names := zone{}
	for i, address := range forbidden {
		names[fmt.Sprintf("name%d.example.com", i)] = []netip.Addr{netip.MustParseAddr(address)}
	}
	c := fetch.New(nil)
	c.Resolve(names.resolver())
	to := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }))
	defer server.Close()
	opened := fetch.New([]string{strings.TrimPrefix(server.URL, "http://")})
	opened.Resolve(names.resolver())
	for i, address := range forbidden {
		t.Run(address, func(t *testing.T) {
			refused(t, c, literal(address))
			refused(t, c, fmt.Sprintf("http://name%d.example.com:8080/", i))
			for _, to = range []string{literal(address), fmt.Sprintf("http://name%d.example.com/", i)} {
				refused(t, opened, server.URL)
			}
		})
	}
	for _, spelling := range spellings {
		t.Run(spelling, func(t *testing.T) {
			refused(t, c, spelling)
			if to = spelling; strings.Contains(to, "://") && !strings.ContainsAny(to, "\r\n") {
				refused(t, opened, server.URL)
			}
		})
	}
}

// A name whose address is public when it is first asked for, and ours the next time.
func TestRebinding(t *testing.T) {
	reached := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer server.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	c := fetch.New(nil)
	// 192.0.2.0/24 is for documentation, and refused too: what counts is that the second answer is looked at.
	c.Resolve(zone{"rebind.example.com": {netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("127.0.0.1")}}.resolver())
	for range 3 {
		refused(t, c, "http://rebind.example.com:"+port+"/")
	}
	if reached {
		t.Error("the server on loopback was called")
	}
}

func TestOpenedHosts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") }))
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	_, port, _ := strings.Cut(address, ":")
	names := zone{
		"shop.example.com": {netip.MustParseAddr("127.0.0.1")}, "meta.example.com": {netip.MustParseAddr("169.254.169.254")},
		"mapped.example.com": {netip.MustParseAddr("::ffff:169.254.169.254")}, "nat64.example.com": {netip.MustParseAddr("64:ff9b::a9fe:a9fe")},
	}
	tests := []struct {
		name    string
		opened  []string
		url     string
		allowed bool
	}{
		{"host and port", []string{address}, server.URL, true},
		{"host", []string{"127.0.0.1"}, server.URL, true},
		{"another port", []string{"127.0.0.1:1"}, server.URL, false},
		{"by name", []string{" Shop.Example.COM "}, "http://shop.example.com:" + port, true},
		{"by name and port", []string{"shop.example.com:" + port}, "http://SHOP.example.com:" + port, true},
		{"a name does not open its address", []string{"shop.example.com"}, server.URL, false},
		{"an address does not open its name", []string{"127.0.0.1"}, "http://shop.example.com:" + port, false},
		{"never metadata", []string{"169.254.169.254"}, "http://169.254.169.254/", false},
		{"never metadata by name", []string{"meta.example.com"}, "http://meta.example.com/", false},
		{"never metadata, mapped", []string{"mapped.example.com"}, "http://mapped.example.com/", false},
		{"never metadata, over NAT64", []string{"nat64.example.com"}, "http://nat64.example.com/", false},
		{"nothing named", []string{"", " "}, server.URL, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := fetch.New(test.opened)
			c.Resolve(names.resolver())
			if !test.allowed {
				refused(t, c, test.url)
				return
			}
			if response, err := c.Do(t.Context(), fetch.Request{URL: test.url}); err != nil || response.Status != http.StatusOK {
				t.Errorf("Do(%s) = %+v, %v, want it answered", test.url, response, err)
			}
		})
	}
}

func TestNoProxy(t *testing.T) {
	proxied := false
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied = true }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	c := fetch.New(nil)
	c.Resolve(zone{}.resolver())
	if response, err := c.Do(t.Context(), fetch.Request{URL: "http://shop.example.com/"}); err != nil || response.Err == "" || proxied {
		t.Errorf("Do() = %+v, %v, through a proxy: %v, want none asked", response, err, proxied)
	}
}
