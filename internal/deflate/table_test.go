package deflate

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomCode gives lengths of a complete code of n ≥ 2 of the symbols below
// size. The deeper, the more the leaves that are split are deep ones.
func randomCode(r *rand.Rand, n, size, deeper int) []uint8 {
	leaves := []uint8{1, 1}
	for len(leaves) < n {
		i := r.IntN(len(leaves))
		for range deeper {
			if j := r.IntN(len(leaves)); leaves[j] > leaves[i] {
				i = j
			}
		}
		for leaves[i] == maxCodeLength {
			i = r.IntN(len(leaves))
		}
		leaves[i]++
		leaves = append(leaves, leaves[i])
	}
	lens := make([]uint8, size)
	for i, s := range r.Perm(size)[:n] {
		lens[s] = leaves[i]
	}
	return lens
}

// lookUp finds the entry for bits that begin with a code.
func lookUp(t *testing.T, table []entry, rootBits uint, bits uint64) (e entry, codeBits uint) {
	e = table[bits&(1<<rootBits-1)]
	if e&entryKind == entryLink {
		require.Equal(t, rootBits, uint(e&0xff))
		from, n := uint64(e>>valueShift), uint64(1)<<(e>>8&15)
		require.LessOrEqual(t, from+n, uint64(len(table)))
		e, codeBits = table[from+bits>>rootBits&(n-1)], rootBits
	}
	return e, codeBits + uint(e>>8&15)
}

// Tables of any code fit their sizes, and every symbol is found by its code
// whatever follows; pairs holds what the table of single symbols says.
func TestTables(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var tables codeTables
	var order codeOrder
	for range 600 / stride {
		lit := randomCode(r, 2+r.IntN(maxLitCodes-1), maxLitCodes, r.IntN(8))
		dist := randomCode(r, 2+r.IntN(maxDistCodes-1), maxDistCodes, r.IntN(8))
		require.True(t, tables.build(lit, dist, &order))
		for _, c := range []struct {
			table    []entry
			rootBits uint
			lens     []uint8
			meaning  []entry
		}{
			{tables.dist[:], distRootBits, dist, distMeaning[:]},
			{tables.lit[:], litRootBits, lit, litMeaning[:]},
		} {
			for s, code := range canonical(c.lens) {
				if code.length == 0 {
					continue
				}
				e, n := lookUp(t, c.table, c.rootBits, code.bits|r.Uint64()<<code.length)
				require.Equal(t, code.length, n)
				extra := c.meaning[s] & 0xff
				require.Equal(t, extra, e&0xff-e>>8&15)
				require.Equal(t, c.meaning[s]&^0xfff, e&^0xfff)
			}
		}
		for range 200 {
			bits := r.Uint64N(1 << litRootBits)
			pair, first := tables.pairs[bits], tables.lit[bits]
			if first&(entryOdd|entryNoLength) != entryNoLength {
				require.Equal(t, first, pair)
				continue
			}
			n := first & 0xff
			second := tables.lit[bits>>n]
			require.Equal(t, uint8(first>>firstShift), uint8(pair>>firstShift))
			if second&entryOdd != 0 || second>>8&15+n > litRootBits {
				require.Equal(t, first&0xffffff, pair&0xffffff)
				continue
			}
			require.Equal(t, second&0xff+n, pair&0xff)
			require.Equal(t, second>>8&15+n, pair>>8&15)
			require.Equal(t, second>>literalsShift&3+1, pair>>literalsShift&3)
			require.Equal(t, second&entryNoLength, pair&entryNoLength)
			require.Equal(t, second>>secondShift, pair>>secondShift)
		}
	}
}
