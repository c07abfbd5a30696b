# shellcheck shell=bash
# What .ci/run and .ci/full share: steps with a name, a time and an end, and the tools they need.
# A step is a function run in a subshell with -e. A step that can't do its work for want of something says `skip WHY`,
# or `skip_rest WHY` to end there: neither is called green.
set -uo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top" || exit 1
cache=${SEQLODE_CI_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/seqlode-ci}
mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/skips"
: >"$work/table"
failed=()
passed=0
skipped=0

command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || { echo 'ci: FAILED: no Go on this machine'; exit 1; }

golangci_version=v2.15.0
gotestsum_version=v1.13.0
golangci=$cache/golangci-lint-$golangci_version/golangci-lint
gotestsum=$cache/gotestsum-$gotestsum_version/gotestsum

# shared: the folder with `conformance` and make-reads.sh, beside the repository.
if [ -z "${SEQLODE_SHARED:-}" ] && [ -d "$top/../shared" ]; then
  SEQLODE_SHARED=$(cd "$top/../shared" && pwd)
fi
export SEQLODE_SHARED=${SEQLODE_SHARED:-}

skip() {
  printf '\n!!! SKIPPED (%s): %s\n\n' "$current" "$*"
  printf '%s: %s\n' "$current" "$*" >>"$work/skips"
}
skip_rest() { skip "$@"; exit 77; }

# step NAME FUNCTION [ARGUMENT…]
step() {
  current=$1
  shift
  printf '\n=== %s\n' "$current"
  local begin=$SECONDS rc=0 verdict
  (set -e; "$@")
  rc=$?
  case $rc in
    0) verdict=ok; passed=$((passed + 1)) ;;
    77) verdict=SKIPPED; skipped=$((skipped + 1)) ;;
    *) verdict=FAILED; failed+=("$current") ;;
  esac
  printf -- '--- %s: %s (%d s)\n' "$current" "$verdict" $((SECONDS - begin))
  printf '%-28s %-8s %5d s\n' "$current" "$verdict" $((SECONDS - begin)) >>"$work/table"
  [ "$verdict" != FAILED ]
}

# finish prints what was done and ends the script.
finish() {
  printf '\n=== summary (%d min %d s)\n' $((SECONDS / 60)) $((SECONDS % 60))
  cat "$work/table"
  if [ -s "$work/skips" ]; then
    printf '\n!!! SKIPPED, hence not proven here:\n'
    sed 's/^/    /' "$work/skips"
  fi
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "${#failed[@]}" "$skipped"
  if [ ${#failed[@]} -gt 0 ]; then
    local IFS=,
    echo "ci: FAILED: ${failed[*]}"
    exit 1
  fi
  if [ -s "$work/skips" ]; then
    echo "ci: passed, but $(wc -l <"$work/skips") check(s) SKIPPED: see above"
  else
    echo 'ci: passed'
  fi
  exit 0
}

# retry COMMAND…: for what goes over the network.
retry() {
  local try
  for try in 1 2 3 4; do
    "$@" && return 0
    echo "try $try failed: $*"
    sleep $((try * 5))
  done
  return 1
}

# tools installs what is missing of the programs and modules that the steps use.
tools() {
  local missing=() pair
  for pair in gcc:gcc git:git gzip:gzip openssl:openssl samtools:samtools bgzip:tabix pigz:pigz igzip:isal libdeflate-gzip:libdeflate-tools \
    art_illumina:art-nextgen-simulation-tools bwa:bwa minimap2:minimap2 shellcheck:shellcheck; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
  done
  [ -e /usr/include/stdio.h ] || missing+=(libc6-dev)
  [ -e /usr/share/doc/bowtie/examples/genomes/NC_008253.fna.gz ] || missing+=(bowtie-examples)
  if [ ${#missing[@]} -gt 0 ]; then
    echo "installing: ${missing[*]}"
    retry apt_install "${missing[@]}"
  fi
  [ -x "$golangci" ] || retry install_go github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$golangci_version "$golangci"
  [ -x "$gotestsum" ] || retry install_go gotest.tools/gotestsum@$gotestsum_version "$gotestsum"
  retry go mod download
  go version
  samtools --version | head -n 1
}

apt_install() {
  local sudo=
  [ "$(id -u)" = 0 ] || sudo='sudo -n'
  {
    $sudo apt-get update -qq &&
      $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  } </dev/null >"$work/apt.log" 2>&1 && return 0
  tail -n 20 "$work/apt.log"
  return 1
}

# install_go MODULE@VERSION BINARY, outside of any module.
install_go() { (cd "$work" && GOFLAGS='' GOBIN=$(dirname "$2") go install "$1"); }

# reads FOLD prints the folder of simulated reads, made at need.
reads() {
  local script=$SEQLODE_SHARED/make-reads.sh dir
  dir=$cache/reads-$1-$(sha256sum <"$script" | cut -c1-8)
  [ -e "$dir/done.$1" ] || "$script" "$dir" "$1" >&2 || return 1
  echo "$dir"
}

# gotest ARGUMENT…: go test, with its own closing lines, and at the end what failed and what was skipped. The time that a package
# may take is for what hangs: on a busy machine the largest takes a quarter of an hour under the race detector.
gotest() { "$gotestsum" --format standard-quiet --jsonfile "$work/test.json" -- -count=1 -timeout 40m "$@"; }

# fuzz_targets prints a line PACKAGE TARGET for each fuzz target there is.
fuzz_targets() {
  go test -list '^Fuzz' ./... | awk '/^Fuzz/ {names[n++] = $1} /^ok/ {for (i = 0; i < n; i++) print $2, names[i]; n = 0}'
}

# fuzz_one TIME WORKERS PACKAGE TARGET. To minimize an input takes the fuzzer up to a minute by default, which is most of
# the time that a target has; five tries are enough. The fuzzer now and then reports its own deadline as a failure; such a run, which
# leaves no failing input, is tried again.
fuzz_one() {
  local log try last execs
  log=$(mktemp -p "$work")
  for try in 1 2 3 4; do
    if go test -run '^$' -fuzz "^$4\$" -fuzztime "$1" -fuzzminimizetime 5x -parallel "$2" "$3" >"$log" 2>&1; then
      last=$(grep -E '^fuzz: elapsed' "$log" | tail -n 1)
      echo "$3 $4: $last"
      execs=$(sed -n 's/.*execs: \([0-9]*\).*/\1/p' <<<"$last")
      [ "${execs:-0}" -ge 1000 ] || skip "$3 $4: ${execs:-0} executions are no fuzzing; its seeds take the time"
      return 0
    fi
    grep -q 'Failing input written' "$log" && break
    grep -q 'context deadline exceeded' "$log" || break
    echo "$3 $4: the fuzzer missed its own deadline (try $try)"
  done
  cat "$log"
  sed -n 's/^ *Failing input written to //p' "$log" | while read -r input; do
    echo "input $input:"
    cat "$(go list -f '{{.Dir}}' "$3")/$input"
  done
  return 1
}
