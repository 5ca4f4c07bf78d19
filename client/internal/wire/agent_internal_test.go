package wire

import (
	"runtime/debug"
	"testing"
)

func TestT7VersionIsThatOfTheModule(t *testing.T) {
	const path = "github.com/latchkey-go/latchkey"
	other := &debug.Module{Path: "example.com/other", Version: "v9.9.9"}
	module := func(version string) *debug.Module { return &debug.Module{Path: path, Version: version} }
	replaced := func(by *debug.Module) *debug.Module {
		return &debug.Module{Path: path, Version: "v0.0.0", Replace: by}
	}
	for name, tt := range map[string]struct {
		program debug.BuildInfo
		want    string
	}{
		"a dependency":             {debug.BuildInfo{Main: *other, Deps: []*debug.Module{other, module("v1.2.3")}}, "v1.2.3"},
		"of no release":            {debug.BuildInfo{Deps: []*debug.Module{module("v0.0.0-20261125173000-0123456789ab")}}, "v0.0.0-20261125173000-0123456789ab"},
		"replaced by a folder":     {debug.BuildInfo{Deps: []*debug.Module{replaced(&debug.Module{Path: "../latchkey"})}}, "devel"},
		"replaced by a fork":       {debug.BuildInfo{Deps: []*debug.Module{replaced(&debug.Module{Path: "example.com/fork", Version: "v1.2.4"})}}, "v1.2.4"},
		"a workspace's":            {debug.BuildInfo{Main: *other, Deps: []*debug.Module{module("(devel)")}}, "devel"},
		"a program of ours":        {debug.BuildInfo{Main: *module("v1.2.3")}, "v1.2.3"},
		"a test of ours":           {debug.BuildInfo{Main: *module("(devel)")}, "devel"},
		"copied into another":      {debug.BuildInfo{Main: *other, Deps: []*debug.Module{other}}, "devel"},
		"built without module":     {debug.BuildInfo{}, "devel"},
		"built by another program": {debug.BuildInfo{Main: *module("")}, "devel"},
	} {
		if got := version(&tt.program); got != tt.want {
			t.Errorf("%s: %q; want %q", name, got, tt.want)
		}
	}
}
