package evidence

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func routeOfLine(t *testing.T, line string) Route {
	t.Helper()
	method, url, _ := strings.Cut(line, " ")
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return RouteOf(req)
}

// All of these are routes of their own.
func TestP8RoutesThatDiffer(t *testing.T) {
	seen := map[Route]string{}
	for _, line := range []string{
		"GET https://a/x", "POST https://a/x", "GET https://b/x", "GET http://a/x", "GET https://a:8443/x", "GET https://a/y",
		"GET https://a", "GET https://a/x/y", "GET https://a/y/x", "GET https://a/xy", "GET https://a/x/x",
		"GET https://a/v1/x", "GET https://a/v2/x", "GET https://a/v2.1/x", "GET https://a/V2.1/x", "GET https://a/oauth2/x",
		"GET https://a/17", "GET https://a/x/17", "GET https://a/17/x", "GET https://a/17/y", "GET https://a/x/17/y/18",
		"GET https://a/job-17", "GET https://a/task-17", "GET https://a/closed17", "GET https://a/open17", "GET https://a/17-a",
		"GET https://a/feed", "GET https://a/added", "GET https://a/facade-decade", "GET https://a/paymentTransactions",
		"GET https://a/notification_preferences", "GET https://a/ACCOUNT_STATEMENTS", "GET https://a/two-factor-authentication",
		"GET https://a/v10.10/x", "GET https://a/v10.11/x", "GET https://a/v", "GET https://a/closed", "GET https://a/17-closed",
		// A quarter of 16 letters in capitals is no more than a quarter.
		"GET https://a/getUserNameByAge", "GET https://a/getUserNameByIdx",
		"GET https://a/banana-data-sagas", "GET https://a/papaya-data-sagas", "GET https://a/quarterlyrepor1", "GET https://a/halfyearlyrepo1",
		"GET https://a/AbCdEfGh.IjKlMnOp", "GET https://a/ZyXwVuTs.RqPoNmLk", "GET https://a/abc.123", "GET https://a/fed.321",
		"GET https://a/abc12", "GET https://a/fed32", "GET https://a/Ab-17", "GET https://a/Cd-17",
		"GET https://a/a-name-of-thirty-two-charactersa", "GET https://a/a-name-of-thirty-two-charactersb",
		"GET https://a/users/alice", "GET https://a/users/bob", "GET https://a/a1", "GET https://a/b2",
	} {
		r := routeOfLine(t, line)
		if other, known := seen[r]; known {
			t.Errorf("%s is the same route as %s", line, other)
		}
		seen[r] = line
	}
}

// Each line is one route with an ID in it.
func TestP8RoutesWithIDs(t *testing.T) {
	for kind, paths := range map[string]string{
		"numbers":      "/jobs/1 /jobs/17 /jobs/123456 /jobs/12345678901234567890 /jobs/-5 /jobs/1.5 /jobs/2026-02-17",
		"UUIDs":        "/jobs/123e4567-e89b-12d3-a456-426614174000 /jobs/DEADBEEF-CAFE-4BAD-BEEF-DEADFADEFACE /jobs/00000000-0000-0000-0000-000000000000",
		"ULIDs":        "/jobs/01ARZ3NDEKTSV4RRFFQ69G5FAV /jobs/01BX5ZZKBKACTAV9WEVGEMMVS0",
		"hex":          "/jobs/9fceb02 /jobs/a1b2c3d /jobs/abcdef1 /jobs/d41d8cd98f00b204e9800998ecf8427e /jobs/507f1f77bcf86cd799439011",
		"base64url":    "/jobs/dGhlIHNhbXBsZSBub25jZQ /jobs/AbCdEfGhIjKlMnOp /jobs/zzXYqrTwPoIuZvBn /jobs/V1StGXR8_Z5jdHi6B-myT /jobs/x-_Y9a0bCdEfGhIj",
		"addresses":    "/jobs/anna@example.com /jobs/b.c+d@example.org /jobs/@anna",
		"prefixed":     "/jobs/cus_9s6XKzkNRiz8i3 /jobs/ch_3MmlLrLkdIwHu7ix0snN0B15",
		"long":         "/jobs/how-to-write-a-software-development-kit /jobs/what-became-of-all-the-rejected-tokens",
		"no versions":  "/v1234567/x /v7654321/x",
		"before":       "/17-job /18-job /2026-job",
		"short hex":    "/jobs/abc123 /jobs/fed321 /jobs/abc-123 /jobs/fed_321",
		"only letters": "/jobs/AbCd-EfGh_IjKlMnOp /jobs/zzXYqr-TwPoIuZvBn /jobs/zzXYqr_TwPoIuZvBn",
		"33 in all":    "/jobs/a-name-of-thirty-three-letters--a /jobs/a-name-of-thirty-three-letters--b",
		"16 in all":    "/jobs/ghijklmnopqrstu1 /jobs/uvwxyzghijklmno2",
		"numbered":     "/job-17 /job-18 /job-200",
		"files":        "/reports/invoice-17.pdf /reports/invoice-2026.pdf",
		"two of them":  "/users/17/jobs/18 /users/1/jobs/123e4567-e89b-12d3-a456-426614174000",
		"in the midst": "/users/17/jobs /users/anna@example.com/jobs",
	} {
		all := strings.Fields(paths)
		for _, path := range all[1:] {
			if routeOfLine(t, "GET https://a"+path) != routeOfLine(t, "GET https://a"+all[0]) {
				t.Errorf("%s: %s is another route than %s", kind, path, all[0])
			}
		}
	}
}

func TestP8RoutesOfStrangePaths(t *testing.T) {
	seen := map[Route]string{}
	for _, path := range []string{
		"", "/", "//", "///17//", "/\x00", "/%", "/\xff\xfe", strings.Repeat("/a", 10_000), "/" + strings.Repeat("7", 100_000),
	} {
		r := RouteOf(&http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: "a", Path: path}})
		if other, known := seen[r]; known {
			t.Errorf("%.20q is the same route as %.20q", path, other)
		}
		seen[r] = path
	}
}
