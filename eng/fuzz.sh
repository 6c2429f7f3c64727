#!/usr/bin/env bash
# Fuzzes the parsers of the product. Findings and kept inputs are in artifacts/fuzz.
#
#   eng/fuzz.sh                       every parser, ten minutes in all
#   eng/fuzz.sh 'stet-*,rows-*' 30    those of these names, thirty minutes in all
#   eng/fuzz.sh list                  the names
#   eng/fuzz.sh replay NAME INPUT     one input once more: a file, or base64
#   eng/fuzz.sh afl NAME              one parser under AFL++ (package afl++), until Ctrl-C
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
dotnet build tests/Affluent.Fuzz.Tests -v q -p:RunAnalyzers=false >&2
program=artifacts/bin/Affluent.Fuzz.Tests/debug/Affluent.Fuzz.Tests.dll

case "${1:-}" in
  list | replay) exec dotnet "$program" "$@" ;;
  afl)
    dotnet "$program" instrument artifacts/fuzz/bin
    dotnet "$program" seeds "$2" "artifacts/fuzz/afl/$2/seeds"
    # .NET reserves more memory than it uses; it is no native program, which AFL++ would look for.
    export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1
    exec afl-fuzz -i "artifacts/fuzz/afl/$2/seeds" -o "artifacts/fuzz/afl/$2/out" -t 10000 -m none -- \
      dotnet artifacts/fuzz/bin/Affluent.Fuzz.Tests.dll afl "$2"
    ;;
  *) exec dotnet "$program" fuzz "$@" ;;
esac
