package record

import "strings"

const maxExtra = 4 << 10 // longest value, in bytes

// Extra returns what is kept of what a service has answered beside a token: what JSON does not change, so that a token
// is the same when it comes out of a record.
func Extra(answered map[string]string) map[string]string {
	if len(answered) == 0 {
		return nil
	}
	all := make(map[string]string, len(answered))
	for name, text := range answered {
		if len(text) <= maxExtra {
			all[strings.ToValidUTF8(name, "\ufffd")] = strings.ToValidUTF8(text, "\ufffd")
		}
	}
	return all
}
