module latchkey/ci/ratchet

go 1.26.0
