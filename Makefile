# The verbs; each says in one line what it runs.
.PHONY: build test lint generate bench ci

build:
	go build -o bin/ ./cmd/...

test:
	go test ./...

lint:
	.ci/run shells format lint

generate:
	go generate ./...

# DIR: a folder that make-reads.sh filled.
bench:
	go run ./bench -data $(DIR)

ci:
	.ci/run
