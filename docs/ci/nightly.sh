#!/usr/bin/env bash
# One night: makes a campaign, compares it with the nights before, keeps it beside them.
#
#   CAMPAIGN=campaigns/nightly.yaml NIGHTS=nights docs/ci/nightly.sh
#
# NIGHTS  a directory that the CI server keeps between nights (cache or artefact); the last KEEP (14) nights stay in it
# JOBS    runs at a time (2) · ALIBI  the command (npx alibi) · FAIL_ON  any or new (new once there is a baseline)
# Exits as `alibi campaign` does: 0 nothing new, 1 a regression, 2 nothing proven, 3 infrastructure, 64 a mistake.
set -uo pipefail

campaign=${CAMPAIGN:-campaigns/nightly.yaml}
nights=${NIGHTS:-nights}
keep=${KEEP:-14}
read -r -a alibi <<<"${ALIBI:-npx alibi}"
night=$(date -u +%Y%m%dT%H%M%SZ)
today=$nights.tonight

mkdir -p "$nights"
rm -rf "$today"
against=()
if compgen -G "$nights/*/results.json" >/dev/null; then
  against=(--baseline "$nights" --fail-on "${FAIL_ON:-new}")
fi

"${alibi[@]}" campaign "$campaign" --jobs "${JOBS:-2}" --out "$today" "${against[@]}"
status=$?

if [ -f "$today/summary.md" ]; then
  # What GitHub shows beside the job; other servers take summary.md and junit.xml as artefacts.
  [ -n "${GITHUB_STEP_SUMMARY:-}" ] && cat "$today/summary.md" >>"$GITHUB_STEP_SUMMARY"
  [ -n "${GITHUB_ACTIONS:-}" ] && cat "$today/annotations.txt"
  mv "$today" "$nights/$night"
  ls -1d "$nights"/*/ | sort | head -n "-$keep" | xargs -r rm -rf
fi
exit $status
