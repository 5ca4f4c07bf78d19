package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
)

// spellings returns URLs that name the origin of a base URL, and URLs that look like it and name others.
func spellings(t *testing.T, base string) (own, others []string) {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	at := func(scheme, host, port string) string {
		if port == "" {
			return scheme + "://" + host
		}
		return scheme + "://" + host + ":" + port
	}
	host, port := strings.TrimSuffix(u.Host, ":"+u.Port()), u.Port()
	usual := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	for _, scheme := range []string{u.Scheme, strings.ToUpper(u.Scheme)} {
		for _, h := range []string{host, strings.ToUpper(host)} {
			own = append(own, at(scheme, h, port))
			if port == "" {
				own = append(own, at(scheme, h, usual), at(scheme, h, "0"+usual), at(scheme, h, "")+":")
			} else {
				own = append(own, at(scheme, h, "0"+port))
			}
		}
	}
	for _, p := range []string{"1", "80", "443", "8443", "4430", "65535", "08080"} {
		if p != port && (port != "" || p != usual) && p != "0"+port {
			others = append(others, at(u.Scheme, host, p))
		}
	}
	others = append(others, at(map[string]string{"https": "http", "http": "https"}[u.Scheme], host, port))
	user := strings.Trim(host, "[]")
	evil := []string{user + "@evil.example", "me:" + "pw@evil.example", user + ":443@evil.example", "evil.example", "localhost.evil.example", "127.0.0.2", "[::2]", "[fe80::1%25lo]", "0.0.0.0", "2130706433"}
	if !strings.HasPrefix(host, "[") {
		evil = append(evil, host+".evil.example", "sub."+host, "x"+host, host+"x", "-"+host, host+"..", "xn--"+host)
		if strings.HasSuffix(host, ".") {
			evil = append(evil, strings.TrimSuffix(host, "."))
		} else {
			evil = append(evil, host+".")
		}
		wide := []rune(host)
		wide[0] += 'ａ' - 'a' // net/http asks for the plain letter
		evil = append(evil, string(wide), strings.Replace(host, ".", "。", 1)+"。example")
	}
	for _, h := range evil {
		others = append(others, at(u.Scheme, h, port))
	}
	return own, others
}

// A token goes to the origin of the base URL, however a request spells it, and to nothing that looks like it.
func TestT1RequestsOfAllKinds(t *testing.T) {
	count := 0
	for _, base := range []string{
		"https://api.example.com", "https://api.example.com:8443", "https://api.example.com.", "https://xn--bcher-kva.example", "https://[2001:db8::1]", "https://[2001:db8::1]:8443", "https://192.0.2.1",
		"http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost", "http://localhost:8080",
	} {
		own, others := spellings(t, base)
		net := record(answers(fine))
		login := ownLogin(func(context.Context, *http.Client, string) (client.Token, error) {
			return client.NewToken(client.TokenResponse{Value: "the-token"})
		})
		login.account.BaseURL = base
		c := newClient(t, login, client.WithTransport(net))
		send := func(method, url string) []sent {
			count++
			before := len(net.requests())
			req := newRequest(t, method, url+"/x?y", nil)
			resp, err := c.HTTPClient().Do(req)
			if err == nil {
				_ = resp.Body.Close()
			} else if !strings.HasPrefix(url, "http:") { // in the clear nothing goes out
				t.Errorf("%s: %s %s: %v", base, method, url, err)
			}
			return net.requests()[before:]
		}
		for i, url := range own {
			method := []string{"GET", "POST", "DELETE", "OPTIONS", "TRACE"}[i%5]
			if got := send(method, url); len(got) != 1 || !slices.Equal(got[0].header["Authorization"], []string{"Bearer the-token"}) {
				t.Errorf("%s: %s %s sent %v; want our token", base, method, url, got)
			}
		}
		for i, url := range others {
			method := []string{"GET", "PUT", "HEAD", "PATCH", "TRACE"}[i%5]
			for _, s := range send(method, url) {
				if strings.Contains(fmt.Sprint(s), "the-token") {
					t.Errorf("%s: %s %s sent %v; want no token", base, method, url, s)
				}
			}
		}
	}
	t.Logf("%d requests", count)
}
