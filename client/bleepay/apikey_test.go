package bleepay_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/latchkey-go/latchkey/client"
	"github.com/latchkey-go/latchkey/client/bleepay"
)

var key = "bs_" + strings.Repeat("0123456789abcdef", 4)

func TestAPIKeyIsSentWithEachRequest(t *testing.T) {
	var paths []string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path+" "+r.Header.Get("x-api-key")+r.Header.Get("Authorization"))
	}))
	t.Cleanup(srv.Close)
	c, err := client.New(bleepay.APIKey{BaseURL: srv.URL, Name: "till 7", Key: client.Static(key)})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.HTTPClient().Get(c.BaseURL() + "/api/v1/vouchers/")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if len(paths) != 1 || paths[0] != "/api/v1/vouchers/ "+key {
		t.Errorf("the service got %q; want one request, with the key", paths)
	}
}

func TestAPIKeyIsCheckedBeforeUse(t *testing.T) {
	for name, bad := range map[string]string{
		"empty": "", "no prefix": key[3:], "short": key[:len(key)-1], "long": key + "0", "no digits": key[:len(key)-1] + "g",
		"a line's end": key + "\n", "upper-case prefix": "BS_" + key[3:], "a blank": " ", "the prefix alone": "bs_", "two letters": "bs",
	} {
		c, err := client.New(bleepay.APIKey{Name: "till 7", Key: client.Static(bad)})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Token(t.Context())
		e, ok := errors.AsType[*client.LoginError](err)
		if !ok || !errors.Is(err, client.ErrInvalidInput) || e.Field != "Key" {
			t.Errorf("%s: %v; want ErrInvalidInput of the field Key", name, err)
		}
		if len(bad) > 3 && strings.Contains(err.Error(), bad) {
			t.Errorf("%s: the key is in %v", name, err)
		}
	}
	if _, err := client.New(bleepay.APIKey{Key: client.Static(key)}); !errors.Is(err, client.ErrInvalidInput) {
		t.Errorf("without a name: %v", err)
	}
}
