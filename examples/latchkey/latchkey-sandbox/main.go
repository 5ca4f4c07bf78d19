// Latchkey-sandbox runs the services' sandboxes for "latchkey sandbox", which starts it.
package main

import "github.com/latchkey-go/latchkey/examples/latchkey/internal/box"

func main() { box.Main() }
