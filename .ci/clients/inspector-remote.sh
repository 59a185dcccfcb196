#!/usr/bin/env bash
# The MCP Inspector's command line as a client of the built binary over streamable
# HTTP and over the older transport. Usage: inspector-remote.sh BINARY SIMULATOR_URL
set -euo pipefail
binary=$1 api=$2
log=$(mktemp)
ZEROPS_API_URL=$api "$binary" --transport sse --listen 127.0.0.1:0 --log-format json 2>"$log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$log"' EXIT
address=
for _ in {1..100}; do
	address=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$log")
	[[ -n $address ]] && break
	sleep 0.1
done

for kind in http:/mcp sse:/sse; do
	timeout 60 "$CLIENTS/node_modules/.bin/mcp-inspector" --cli "http://$address${kind#*:}" --transport "${kind%%:*}" \
		--header "Authorization: Bearer obviously-fake-owner-token" --method tools/call --tool-name list_projects --tool-arg limit=5 | node -e '
		const result = JSON.parse(require("fs").readFileSync(0));
		if (result.structuredContent.items.length !== 5) throw new Error("not the five projects asked for");'
	echo "ok - the inspector calls list_projects over ${kind%%:*}"
done
