// Package service is what the services of a vault share: what they stand on, and
// the rules of the wire that hold for all of them, which are those of the
// HealthOmics API model.
package service
