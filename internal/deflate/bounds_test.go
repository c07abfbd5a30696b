package deflate

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// badToo gives good streams and streams that end in a fault or a cut, with the
// size of the output to ask for.
func badToo() (all []stream) {
	all = good()
	for _, m := range malformed {
		w := build(m.write)
		all = append(all, stream{m.name, append(w.data, make([]byte, 400)...), append(w.text, make([]byte, 400)...)})
	}
	for _, s := range small() {
		for cut := 0; cut < len(s.data); cut += 1 + cut/10 {
			all = append(all, stream{s.name + ", cut", s.data[:cut], s.text})
		}
	}
	for _, s := range good() {
		all = append(all, stream{s.name + ", too long", s.data, s.text[:len(s.text)*2/3]})
	}
	return all
}

// What lies around dst, out of its capacity, stays as it is.
func TestWritesOnlyWithinCapacity(t *testing.T) {
	eachLoop(t, func(t *testing.T) {
		var d Decoder
		const around = 600
		for _, s := range badToo() {
			for _, slack := range slacks {
				n := len(s.text)
				m := bytes.Repeat([]byte{canary}, around+n+slack.out+around)
				dst := m[around : around+n : around+n+slack.out]
				d.Decode(dst, filled(s.data, slack.in))
				require.Equal(t, around, bytes.Count(m[:around], []byte{canary}), "%s, %s", s.name, slack.name)
				require.Equal(t, around, bytes.Count(m[around+cap(dst):], []byte{canary}), "%s, %s", s.name, slack.name)
			}
		}
	})
}
