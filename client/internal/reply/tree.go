package reply

import (
	"bytes"
	"encoding/json"
)

// maxValues and maxNesting are how much JSON of an answer is read. An answer to a login has a few dozen values, and 1
// MiB of small ones would take 25 MiB of memory.
const (
	maxValues  = 10_000
	maxNesting = 1000
)

// tree reads JSON that is known to be valid. Numbers keep all their digits. Package json's Decoder does the same, but
// without a bound, and with up to three copies of the JSON meanwhile.
type tree struct {
	rest   []byte // the JSON that is not read yet
	values int    // that were read
	depth  int
	excess bool // it has more than is read
}

// value reads the next value.
func (t *tree) value() any {
	t.values++
	if t.values > maxValues || t.depth > maxNesting {
		t.excess = true
	}
	if t.excess {
		return nil
	}
	switch t.peek() {
	case '{':
		object := map[string]any{}
		t.each('}', func() {
			name := t.text()
			t.skip() // the colon
			object[name] = t.value()
		})
		return object
	case '[':
		list := []any{}
		t.each(']', func() { list = append(list, t.value()) })
		return list
	case '"':
		return t.text()
	default:
		return t.literal()
	}
}

// each reads a list or an object, element by element, until its end.
func (t *tree) each(end byte, element func()) {
	t.depth++
	for t.skip(); t.peek() != end; {
		element()
		if t.excess {
			return
		}
		if t.peek() == ',' {
			t.skip()
		}
	}
	t.skip()
	t.depth--
}

// text reads a text, or the name of a field.
func (t *tree) text() string {
	t.peek()
	end := 1
	for t.rest[end] != '"' {
		if t.rest[end] == '\\' {
			end++
		}
		end++
	}
	var text string
	_ = json.Unmarshal(t.take(end+1), &text) // it is valid
	return text
}

// literal reads a number, true, false or null.
func (t *tree) literal() any {
	end := bytes.IndexAny(t.rest, ",]} \t\r\n")
	if end < 0 {
		end = len(t.rest)
	}
	switch literal := string(t.take(end)); literal {
	case "true", "false":
		return literal == "true"
	case "null":
		return nil
	default:
		return json.Number(literal)
	}
}

// peek returns the first character of what is next.
func (t *tree) peek() byte {
	t.rest = bytes.TrimLeft(t.rest, " \t\r\n")
	return t.rest[0]
}

// skip passes over one character.
func (t *tree) skip() {
	t.peek()
	t.take(1)
}

// take returns what is next, and passes over it.
func (t *tree) take(length int) []byte {
	taken := t.rest[:length]
	t.rest = t.rest[length:]
	return taken
}
