package main

import (
	"compress/gzip"
	"context"
	"io"
	"os/exec"
	"runtime"
	"strings"
)

// versions asks the programs that serve as peers who they are.
func versions(ctx context.Context) []string {
	var out []string
	for _, ask := range [][]string{
		{"gzip", "--version"}, {"pigz", "--version"}, {"bgzip", "--version"}, {"igzip", "--version"},
		{"libdeflate-gunzip", "-V"}, {"samtools", "--version"}, {"openssl", "version"}, {"md5sum", "--version"}, {"sha256sum", "--version"},
	} {
		if _, err := exec.LookPath(ask[0]); err != nil {
			out = append(out, ask[0]+" absent")
			continue
		}
		text, err := exec.CommandContext(ctx, ask[0], ask[1:]...).CombinedOutput()
		first, _, _ := strings.Cut(string(text), "\n")
		if err != nil || first == "" {
			first = ask[0] + " of unknown version"
		}
		out = append(out, strings.TrimSpace(first))
	}
	return out
}

// program is a peer that is one or more pipes, in several variants.
func program(name string, bar float64, variants ...variant) peer {
	p := peer{name: name, bar: bar}
	for _, v := range variants {
		missing := ""
		for _, line := range v.pipes {
			missing += line.absent()
		}
		if missing == "" {
			p.variants = append(p.variants, processes(v.name, v.pipes...))
		}
	}
	return p
}

// variant is one way to run a peer.
type variant struct {
	name  string
	pipes []pipe
}

// hashed is the peer that unpacks a file and pipes the text into a hash: every
// unzip command that is given, free and with its two stages on cores of their
// own.
func hashed(bar float64, file, want string, hash []string, unzips ...[]string) peer {
	var variants []variant
	var name string
	for _, unzip := range unzips {
		line := pipe{stages: [][]string{append(unzip[:len(unzip):len(unzip)], file), hash}, want: []string{want}}
		if name == "" {
			name = line.command()
		}
		variants = append(variants, variant{line.command(), []pipe{line}})
		if runtime.NumCPU() >= 2 {
			variants = append(variants, variant{line.command() + ", pinned", []pipe{line.pinned(0, 1)}})
		}
	}
	return program(name, bar, variants...)
}

// stdGunzip reads any gzip stream with the standard library.
func stdGunzip(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
