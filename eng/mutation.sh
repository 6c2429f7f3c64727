#!/usr/bin/env bash
# Runs the tests of the pure core against mutants of it, prints the score of each file, and ends with 1 when one of them is below 80 %.
# CONTRIBUTING.md tells what that is good for. Usage: eng/mutation.sh [Affluent.Ledger] [Affluent.Server]
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=$root/artifacts/mutation
# A build of its own: what is mutated must not lie where other tests look for it.
export ArtifactsPath=$out/build RunAnalyzers=false DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

targets=("$@")
[[ $# -gt 0 ]] || targets=(Affluent.Ledger Affluent.Server)
mkdir -p "$out"
cd "$root" || exit 1
dotnet tool restore >"$out/tools.log" || { cat "$out/tools.log"; exit 1; }

failed=0
for target in "${targets[@]}"; do
  began=$SECONDS
  printf '%s\n' "$target"
  rm -rf "${out:?}/$target"
  cd "$root/tests/$target.Tests" || exit 1
  timeout 3600 dotnet stryker -f "$root/eng/mutation/$target.json" -O "$out/$target" --skip-version-check >"$out/$target.log" 2>&1
  code=$?
  [[ $code -eq 0 ]] || failed=1
  if ! awk -F' *[|] *' '
    $3 ~ /^[0-9.]+%$/ { gsub(/\\/, "", $2); printf "%8s  %s\n", $3, $2; low += $3 + 0 < 80 }
    /final mutation score/ { sub(/.* /, ""); total = $0 }
    END { printf "%8s  all\n", total; exit low > 0 || total == "" }' "$out/$target"/reports/*.md 2>/dev/null; then
    failed=1
    tail -n 20 "$out/$target.log"
  fi
  printf '%s took %d minutes; the mutants: %s\n' "$target" $(((SECONDS - began + 59) / 60)) "$out/$target/reports/mutation-report.html"
done
exit $failed
