// Package crash is for tests that kill a process at random moments and look at
// what it leaves. The process is the test binary itself, started again as one of
// the children that TestMain names:
//
//	func TestMain(m *testing.M) {
//		os.Exit(crash.Main(m, map[string]func(args []string) error{"importer": importer}))
//	}
//
// A child says on its standard output, a line at a time by [Say], what it holds
// for done; what it said before it was killed must be so afterwards.
//
// [Run] kills SEQLODE_KILLS times, 15 when that is not set.
package crash
