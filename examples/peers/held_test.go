package peers

import "testing"

// BenchmarkHeld is a call that finds a token.
func BenchmarkHeld(b *testing.B) {
	for _, p := range peers {
		b.Run(p.name, func(b *testing.B) {
			token := p.open(b, &world{newAuthority(), new(service)}).token
			ctx := b.Context()
			if err := token(ctx); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := token(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHeldParallel is the same from one goroutine per CPU at once.
func BenchmarkHeldParallel(b *testing.B) {
	for _, p := range peers {
		b.Run(p.name, func(b *testing.B) {
			token := p.open(b, &world{newAuthority(), new(service)}).token
			ctx := b.Context()
			if err := token(ctx); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := token(ctx); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
