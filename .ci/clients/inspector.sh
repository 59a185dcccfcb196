#!/usr/bin/env bash
# The MCP Inspector's command line as a client of the built binary over stdio.
# Usage: inspector.sh BINARY SIMULATOR_URL
set -euo pipefail
binary=$1 api=$2
export ZEROPS_TOKEN=obviously-fake-owner-token ZEROPS_API_URL=$api

inspect() {
	timeout 60 "$CLIENTS/node_modules/.bin/mcp-inspector" --cli "$binary" --transport stdio \
		-e ZEROPS_TOKEN="$ZEROPS_TOKEN" -e ZEROPS_API_URL="$ZEROPS_API_URL" "$@"
}

inspect --method tools/list --strict | node -e '
	const { tools } = JSON.parse(require("fs").readFileSync(0));
	if (!tools.some((t) => t.name === "list_projects")) throw new Error("list_projects is not listed");
	console.log(`ok - the inspector lists ${tools.length} tools`);'

inspect --method tools/call --tool-name list_projects --tool-arg limit=5 | node -e '
	const result = JSON.parse(require("fs").readFileSync(0));
	if (result.structuredContent.items.length !== 5) throw new Error("not the five projects asked for");
	console.log("ok - the inspector calls list_projects");'

# The inspector ends with an error of its own when a tool reports one.
answer=$(inspect --method tools/call --tool-name get_project --tool-arg project=no-such-project 2>&1) || true
grep -q not_found <<<"$answer"
echo "ok - the inspector gets a readable error"
