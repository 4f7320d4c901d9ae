#!/usr/bin/env bash
# Records the metrics of a farm with a fault, for the tests of the alerts: "record.sh NAME", or all of them without a name.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."

# A session lives 1152 s for 24 hours, as a token lives 20 s for 25 minutes.
declare -A runs=(
  [none]="--seconds 40"
  [kill]="--seconds 50 --chaos kill"
  [pause]="--seconds 50 --chaos pause"
  [cache]="--seconds 50 --chaos cache"
  [gateway]="--seconds 50 --chaos gateway"
  [lock]="--seconds 75 --chaos lock"
  [silence]="--seconds 50 --chaos silence"
  [cache-outage]="--seconds 5 --cache-outage 40"
  [gateway-outage]="--seconds 5 --outage 45 --callers 5"
  [lost-refreshes]="--seconds 90 --gateway losing"
  [backup-key]="--seconds 20 --credential backup"
  [clock]="--seconds 15 --skew 300"
  [strangers]="--seconds 20 --strangers 10"
)

folder=tests/SxtAspNet.Farm.Tests/Alerts/Recordings
# Only what the alerts ask for is kept.
wanted=$(grep -oE 'sxt_[a-z_]+' ops/prometheus/alerts.yml | sort -u | paste -sd '|')
recorded=$(mktemp)
trap 'rm -f "$recorded"' EXIT

[ $# -gt 0 ] || set -- "${!runs[@]}"
for name in "$@"; do
  # shellcheck disable=SC2086 # several words
  ${FARM:-dotnet run --project samples/WebFarm --} --check --cold-starts 0 --rate 2 --seed 7 --session 1152 ${runs[$name]} \
    --metrics "$recorded" || echo "$name: the check failed, which a recording does not mind." >&2
  grep -E "^($wanted)[{]" "$recorded" > "$folder/$name.txt"
done
