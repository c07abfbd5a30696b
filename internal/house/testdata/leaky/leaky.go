// Package leaky links a driver, for the test that finds such.
package leaky

import _ "database/sql"
