package loginkit

import (
	"encoding/json"
	"maps"
	"slices"
)

// maxDepth is how deep fields within fields are read one by one.
const maxDepth = 5

// decodeEach reads the fields of an object one by one into v, so that one that cannot be read does not end the reading
// of the others. path is where the object lies within v.
func decodeEach(object []byte, v any, path []string) {
	all := members(object)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		here := append(slices.Clip(path), name)
		nested := all[name]
		for _, above := range slices.Backward(here) {
			nested, _ = json.Marshal(map[string]json.RawMessage{above: nested}) // it is JSON already
		}
		if json.Unmarshal(nested, v) != nil && len(here) < maxDepth {
			decodeEach(all[name], v, here)
		}
	}
}

// members returns the fields of a JSON object, or nil if it is none.
func members(object []byte) (all map[string]json.RawMessage) {
	if json.Unmarshal(object, &all) != nil {
		return nil
	}
	return all
}
