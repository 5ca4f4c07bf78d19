package printing

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// The ways in which a value lies in another one. Package fmt calls no method of what lies in an unexported field.
type (
	open   struct{ V any }
	hidden struct{ v any }
	deep   struct {
		list []any
		dict map[string]any
		next *hidden
	}
)

func holders(v any) map[string]any {
	h := &hidden{v}
	return map[string]any{
		"itself":                    v,
		"in an exported field":      open{v},
		"in an unexported field":    hidden{v},
		"behind a pointer":          h,
		"in a list and a map":       []any{v, map[string]any{"k": v}},
		"in unexported collections": deep{[]any{v}, map[string]any{"k": v}, h},
	}
}

// inUnexported reports whether a holder has the value in an unexported field.
func inUnexported(holder string) bool {
	return strings.Contains(holder, "unexported") || holder == "behind a pointer"
}

// prints returns what a value looks like in logs, in errors and as data.
func prints(v any) map[string]string {
	texts := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%20v"} {
		texts[verb] = fmt.Sprintf(verb, v)
	}
	var text, object bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&text, nil), slog.NewJSONHandler(&object, nil)} {
		logger := slog.New(handler)
		logger.Info("seen", "v", v, slog.Group("g", "v", v))
		logger.With("v", v).WithGroup("h").Error("seen", slog.Any("v", v))
	}
	texts["slog, text"], texts["slog, JSON"] = text.String(), object.String()
	if data, err := json.Marshal(v); err == nil {
		texts["JSON"] = string(data)
	} else {
		texts["JSON's error"] = err.Error()
	}
	if data, err := xml.Marshal(v); err == nil {
		texts["XML"] = string(data)
	}
	var data bytes.Buffer
	if err := gob.NewEncoder(&data).Encode(v); err != nil {
		texts["gob's error"] = err.Error()
	}
	texts["gob"] = data.String()
	if err, ok := v.(error); ok {
		texts["error"] = err.Error()
		texts["wrapped"] = fmt.Sprintf("%v %+v", fmt.Errorf("it failed: %w", err), fmt.Errorf("it failed: %w", err))
		texts["joined"] = fmt.Sprintf("%v %#v", errors.Join(errors.New("first"), err), errors.Join(err))
	}
	if s, ok := v.(fmt.Stringer); ok {
		texts["String"] = s.String()
	}
	return texts
}
