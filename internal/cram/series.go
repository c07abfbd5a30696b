package cram

// series names a data series (§8.4.2).
type series uint8

// The data series. TC, TN, TM and TV of old drafts mean nothing here.
const (
	seriesBF series = iota
	seriesCF
	seriesRI
	seriesRL
	seriesAP
	seriesRG
	seriesRN
	seriesMF
	seriesNS
	seriesNP
	seriesTS
	seriesNF
	seriesTL
	seriesFN
	seriesFC
	seriesFP
	seriesDL
	seriesBB
	seriesQQ
	seriesBS
	seriesIN
	seriesRS
	seriesPD
	seriesHC
	seriesSC
	seriesMQ
	seriesBA
	seriesQS
	seriesCount
)

// What a series gives.
const (
	kindInt   = iota // 32-bit integers
	kindByte         // bytes, alone or in a row
	kindArray        // arrays of bytes
)

const seriesKeys = "BFCFRIRLAPRGRNMFNSNPTSNFTLFNFCFPDLBBQQBSINRSPDHCSCMQBAQS"

var seriesKinds = [seriesCount]int{
	seriesRN: kindArray, seriesBB: kindArray, seriesQQ: kindArray, seriesIN: kindArray, seriesSC: kindArray,
	seriesFC: kindByte, seriesBS: kindByte, seriesBA: kindByte, seriesQS: kindByte,
}

// key is the two letters of the series.
func (s series) key() string { return seriesKeys[2*s : 2*s+2] }

var seriesByKey = func() map[string]series {
	m := map[string]series{}
	for s := range seriesCount {
		m[s.key()] = s
	}
	return m
}()
