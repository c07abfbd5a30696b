#!/bin/sh
# Writes the CRAM files of this folder, and what samtools makes of them, with
# samtools 1.16.1. odd.sam and odd.fa are what newOdd(11, 5, 3000) makes up, with
# 100 templates.
set -eu
cd "$(dirname "$0")"

# References by their M5, so that no header names a path of this machine.
refs=$(mktemp -d)
trap 'rm -r "$refs"' EXIT
export REF_PATH="$refs/%s" REF_CACHE=
for name in c0 c1 c2 c3 c4; do
    m5=$(sed -n "s/^@SQ\tSN:$name\t.*M5:\([^\t]*\).*/\1/p" odd.sam)
    sed -n "/^>$name\$/{n;p;}" odd.fa | tr -d '\n' | tr a-z A-Z > "$refs/$m5"
done

make() { # NAME OPTIONS
    samtools view --no-PG -O "cram,$2" -o "$1.cram" odd.sam
    samtools index "$1.cram"
    gzip -dc "$1.cram.crai" > "$1.crai"
    rm "$1.cram.crai"
    printf '%s  %s  %s\n' \
        "$(samtools view --input-fmt-option name_prefix=readset "$1.cram" | md5sum | cut -d' ' -f1)" \
        "$(samtools view --input-fmt-option name_prefix=readset --input-fmt-option decode_md=0 "$1.cram" | md5sum | cut -d' ' -f1)" \
        "$1"
}

{
    make v21 version=2.1
    make v30 version=3.0,seqs_per_slice=40,slices_per_container=2
    make v31 version=3.1
    make archive version=3.1,archive
    make small version=3.0,small
    make multi version=3.0,multi_seq_per_slice=1,seqs_per_slice=80
    make lossy version=3.0,lossy_names=1
    make noref version=3.0,no_ref=1
    make embed version=2.1,embed_ref=1
} > sums.txt
samtools view v30.cram > v30.txt

# A few records each, to fuzz from.
few() { # NAME OPTIONS
    { grep '^@' odd.sam; grep -v '^@' odd.sam | sed -n '20,28p;150,153p'; } |
        samtools view --no-PG -O "cram,$2" -o "$1.cram"
}
few few21 version=2.1,level=0
few few30 version=3.0,multi_seq_per_slice=1,level=0
few few31 version=3.1,lossy_names=1
few fewnoref version=3.1,no_ref=1,multi_seq_per_slice=1,archive
