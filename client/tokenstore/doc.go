// Package tokenstore holds the TokenStores that need nothing but a disk: [Files], and [Sealed], which encrypts what
// another store keeps. Its subfolders hold those that need more, so that only who uses them links it.
//
//	dir, err := tokenstore.DefaultDir()
//	…
//	store, err := tokenstore.NewFiles(dir)
//
// [github.com/latchkey-go/latchkey/client/clienttest.TestTokenStore] says whether a store of your own keeps its
// promises.
package tokenstore
