package main

import "runtime"

var (
	md5sum  = []string{"md5sum"}
	bgzipDC = [][]string{{"bgzip", "-@1", "-dc"}, {"bgzip", "-@2", "-dc"}}
)

// etagWorks are the ETags of whole files, our program beside the public tools
// that define them.
func etagWorks(d data, seqlode string) []work {
	ours := func(want string, args ...string) contender {
		return processes("seqlode", pipe{stages: [][]string{append([]string{seqlode, "etag"}, args...)}, want: []string{want}})
	}
	sum := func(bar float64, program, want string) peer {
		return programPeer(bar, pipe{stages: [][]string{{program, d.main.text}}, want: []string{want}})
	}
	return []work{
		{
			name: "etag, BGZF", bytes: d.main.size,
			ours: ours(d.main.md5, d.main.bgzf),
			peers: []peer{
				sum(1.10, "md5sum", d.main.md5),
				hashed(0.95, d.main.bgzf, d.main.md5, md5sum, bgzipDC...),
				hashed(0, d.main.bgzf, d.main.md5, md5sum, []string{"gzip", "-dc"}),
			},
		},
		{
			name: "etag, two BGZF files", bytes: d.main.size + d.mate.size,
			ours: processes("seqlode", pipe{
				stages: [][]string{{seqlode, "etag", d.main.bgzf, d.mate.bgzf}},
				want:   []string{d.main.md5, d.mate.md5},
			}),
			peers: []peer{twoPipes(0.85, d)},
		},
		{
			name: "etag, ordinary gzip", bytes: d.main.size,
			ours: ours(d.main.md5, d.main.gzip),
			peers: []peer{
				hashed(0.95, d.main.gzip, d.main.md5, md5sum, []string{"igzip", "-dc"}),
				hashed(0, d.main.gzip, d.main.md5, md5sum, []string{"pigz", "-dc"}),
				hashed(0, d.main.gzip, d.main.md5, md5sum, []string{"gzip", "-dc"}),
			},
		},
		{
			name: "etag SHA256up, BGZF", bytes: d.main.size,
			ours: ours(d.main.sha256, "--family", "SHA256up", d.main.bgzf),
			peers: []peer{
				sum(0, "sha256sum", d.main.sha256),
				hashed(0, d.main.bgzf, d.main.sha256, []string{"openssl", "dgst", "-sha256"}, bgzipDC...),
			},
		},
	}
}

// programPeer is a peer of one pipe in one variant.
func programPeer(bar float64, line pipe) peer {
	return program(line.command(), bar, variant{line.command(), []pipe{line}})
}

// twoPipes is the peer that hashes two files at once: free, and each pipe on a
// core of its own.
func twoPipes(bar float64, d data) peer {
	var variants []variant
	for _, unzip := range bgzipDC {
		var free, pinned []pipe
		for i, r := range []reads{d.main, d.mate} {
			line := pipe{stages: [][]string{append(unzip[:len(unzip):len(unzip)], r.bgzf), md5sum}, want: []string{r.md5}}
			free, pinned = append(free, line), append(pinned, line.pinned(i, i))
		}
		name := "two of " + free[0].command()
		variants = append(variants, variant{name, free})
		if runtime.NumCPU() >= 2 {
			variants = append(variants, variant{name + ", pinned", pinned})
		}
	}
	return program("two of bgzip -dc | md5sum", bar, variants...)
}
