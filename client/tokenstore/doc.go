// Package tokenstore has two kinds of [client.TokenStore]: [Files], which needs nothing but a disk, and [Sealed] and
// [SealedFast], which hide and encrypt what another store keeps. The stores in its subfolders need a library each,
// which only their users link.
//
//	dir, err := tokenstore.DefaultDir()
//	if err != nil { … }
//	store, err := tokenstore.NewFiles(dir)
//
// [github.com/latchkey-go/latchkey/client/clienttest.TestTokenStore] checks a store of your own.
package tokenstore
