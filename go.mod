module github.com/seqlode/seqlode

go 1.26
