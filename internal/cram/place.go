package cram

// What tells the places of records, their ends included.
var placeSeries = [...]series{seriesBF, seriesCF, seriesRI, seriesRL, seriesAP, seriesFN, seriesFC, seriesFP, seriesDL, seriesRS, seriesIN, seriesSC, seriesBB}

// placesOnly tells what of a slice must be decoded for the places of its
// records: which blocks, and which series may be left out. A series stays where
// another one that is needed lies in the same block.
func (h *compression) placesOnly() (wanted func(id int32) bool, skipped [seriesCount]bool) {
	blocks := map[int32]bool{}
	core := false
	need := func(e *encoding) {
		if e != nil && e.eachContent(func(id int32) { blocks[id] = true }) {
			core = true
		}
	}
	shares := func(e *encoding) bool {
		if e == nil {
			return false
		}
		shared := false
		inCore := e.eachContent(func(id int32) { shared = shared || blocks[id] })
		return shared || inCore && core
	}
	for s := range skipped {
		skipped[s] = true
	}
	for _, s := range placeSeries {
		skipped[s] = false
		need(h.series[s])
	}
	for more := true; more; {
		more = false
		for s := range skipped {
			if skipped[s] && shares(h.series[s]) {
				skipped[s], more = false, true
				need(h.series[s])
			}
		}
		for i := range h.tags {
			// The tags are decoded all or none: which there are is told by TL.
			if skipped[seriesTL] && shares(h.tags[i].enc) {
				skipped[seriesTL], more = false, true
				need(h.series[seriesTL])
			}
		}
		if !skipped[seriesTL] {
			before := len(blocks)
			was := core
			for i := range h.tags {
				need(h.tags[i].enc)
			}
			more = more || len(blocks) != before || core != was
		}
	}
	return func(id int32) bool { return blocks[id] }, skipped
}
