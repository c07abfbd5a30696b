package deflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"testing"
)

// fuzzLimit bounds the text of one input.
const fuzzLimit = 1 << 18

func addSeeds(f *testing.F) {
	for i, s := range small() {
		f.Add(s.data, uint32(len(s.text)), uint16(i))
	}
	for i, m := range malformed {
		w := build(m.write)
		if len(w.data) < 2000 {
			f.Add(append(w.data, make([]byte, 40)...), uint32(1000), uint16(i))
		}
	}
	for _, s := range good() {
		if len(s.data) < 9000 {
			f.Add(s.data, uint32(len(s.text)), uint16(0))
		}
	}
}

// FuzzDecode holds Decode, by each loop and with and without slack, against
// compress/flate: the same bytes and consumed length, or an error of both, and
// then the same bytes before the fault.
func FuzzDecode(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte, size uint32, _ uint16) {
		size %= fuzzLimit
		r := bytes.NewReader(data)
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(r), int64(size)+1))
		wantConsumed := len(data) - r.Len()

		var d Decoder
		var first error
		for i, loop := range loops {
			loop.use()
			for j, slack := range slacks {
				dst := filled(make([]byte, size), slack.out)
				n, consumed, err := d.Decode(dst, filled(data, slack.in))
				if msg := disagree(dst[:n], want, int(size), err, wantErr); msg != "" {
					t.Fatalf("%s, %s: %s: %v, compress/flate: %v", loop.name, slack.name, msg, err, wantErr)
				}
				if err == nil && consumed != wantConsumed {
					t.Fatalf("%s, %s: consumed %d, compress/flate %d", loop.name, slack.name, consumed, wantConsumed)
				}
				if i+j == 0 {
					first = err
				} else if !sameFault(first, err) {
					t.Fatalf("%s, %s: %v, first: %v", loop.name, slack.name, err, first)
				}
			}
		}
	})
}

// disagree says how our text and error, of a stream asked to be size bytes,
// contradict compress/flate's of at most size+1. At the end of the input it
// asks for as many bits as an end of block has, and may miss the last symbols
// that are whole.
func disagree(text, want []byte, size int, err, wantErr error) string {
	switch {
	case errors.Is(err, ErrNoEndCode): // it decodes such a block, and finds no end
		if wantErr == nil && len(want) <= size {
			return "a stream that is good"
		}
		want = want[:min(len(want), len(text))]
	case errors.Is(err, ErrTooLong): // what follows needn't be seen
		if len(text) != size || wantErr == nil && len(want) <= size {
			return "a stream that is not too long"
		}
		want = want[:min(len(want), size)]
		if wantErr == io.ErrUnexpectedEOF {
			text = text[:min(len(text), len(want))]
		}
	case len(want) > size:
		return "a stream that is too long"
	case (err == nil) != (wantErr == nil):
		return "only one is an error"
	case errors.Is(err, ErrTruncated):
		text = text[:min(len(text), len(want))]
	}
	if !bytes.Equal(text, want) {
		return "texts differ"
	}
	return ""
}

// FuzzNext holds the streaming face, with any cuts, against Decode.
func FuzzNext(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte, inCut uint32, room uint16) {
		const limit = fuzzLimit / 8
		data = data[:min(len(data), 3000)] // cut small, this takes its time
		var d Decoder
		want := make([]byte, limit)
		n, wantConsumed, wantErr := d.Decode(want, data)
		for _, loop := range loops {
			loop.use()
			text, consumed, err := inPieces(t, data, 1+int(inCut)%4096, 1+int(room)%4096, limit+1)
			switch {
			case errors.Is(wantErr, ErrTooLong):
				text = text[:min(len(text), n)]
			case !sameFault(wantErr, err):
				t.Fatalf("%s: %v, in one piece %v", loop.name, err, wantErr)
			case err == nil && consumed != wantConsumed:
				t.Fatalf("%s: consumed %d, in one piece %d", loop.name, consumed, wantConsumed)
			}
			if !bytes.Equal(want[:n], text) {
				t.Fatalf("%s: text differs from that in one piece", loop.name)
			}
		}
	})
}

// sameFault tells whether two results of decoding agree in fault and offset.
func sameFault(a, b error) bool {
	var x, y *CorruptError
	if !errors.As(a, &x) || !errors.As(b, &y) {
		return a == nil && b == nil
	}
	return *x == *y
}
