// Package source opens what imports read: files of this machine and of web
// servers, by URI.
package source
