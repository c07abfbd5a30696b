// Package service is what the services of a vault share: the rules of the wire
// that hold for all of them, which are those of the HealthOmics API model, quotas,
// and calls that carry a client token.
package service
