// Starts what "zerops-mcp install" wrote into the clients' configurations exactly
// as they would: the command of the file, its variables and the few that clients
// pass on, somewhere on the disk. Where each client keeps its configuration, and
// in which form, is told here once more, from the clients' own documentation.
// Usage: node newcomer.mjs CLIENT…
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport, getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';

const read = (...names) => readFileSync(path.join(homedir(), ...names), 'utf8');
const json = (section, ...names) => JSON.parse(read(...names))[section].zerops;

// toml reads the three lines of our table, which are written as JSON would be.
function toml(text) {
  const [, table] = text.split('[mcp_servers.zerops]\n');
  const value = (key) => table.match(new RegExp(`^${key} = (.*)$`, 'm'))[1];
  const env = Object.fromEntries([...value('env').matchAll(/(\w+) = ("[^"]*")/g)].map(([, k, v]) => [k, JSON.parse(v)]));
  return { command: JSON.parse(value('command')), args: JSON.parse(value('args')), env };
}

const entries = {
  'claude-desktop': () => json('mcpServers', '.config', 'Claude', 'claude_desktop_config.json'),
  'claude-code': () => json('mcpServers', '.claude.json'),
  cursor: () => json('mcpServers', '.cursor', 'mcp.json'),
  vscode: () => json('servers', '.config', 'Code', 'User', 'mcp.json'),
  devin: () => json('mcpServers', '.config', 'devin', 'mcp_config.json'),
  zed: () => json('context_servers', '.config', 'zed', 'settings.json'),
  codex: () => toml(read('.codex', 'config.toml')),
  gemini: () => json('mcpServers', '.gemini', 'settings.json'),
  antigravity: () => json('mcpServers', '.gemini', 'config', 'mcp_config.json'),
};
const typed = ['claude-code', 'cursor', 'vscode'];

for (const name of process.argv.slice(2)) {
  const begun = Date.now();
  const entry = entries[name]();
  assert.ok(path.isAbsolute(entry.command), `${name}: ${entry.command}`);
  assert.deepEqual(Object.keys(entry.env), ['ZEROPS_TOKEN_FILE'], name);
  assert.equal(entry.type, typed.includes(name) ? 'stdio' : undefined, name);
  const faults = [];
  const transport = new StdioClientTransport({
    command: entry.command, args: entry.args, env: { ...getDefaultEnvironment(), ...entry.env }, cwd: '/', stderr: 'pipe',
  });
  let log = '';
  transport.stderr.on('data', (chunk) => { log += chunk; });
  const client = new Client({ name, version: '1.0.0' }, { capabilities: {} });
  client.onerror = (error) => faults.push(error.message);
  await client.connect(transport);
  const { tools } = await client.listTools();
  assert.ok(tools.length > 10 && tools.every((tool) => tool.annotations.readOnlyHint), `${name}: --read-only was lost`);
  const result = await client.callTool({ name: 'list_projects', arguments: {} });
  assert.ok(!result.isError, `${name}: ${JSON.stringify(result.content)}`);
  assert.ok(result.structuredContent.items.length >= 15, name);
  await client.close();
  assert.deepEqual(faults, [], name);
  assert.equal(log, '', `${name} logs: ${log}`);
  console.log(`ok - ${name} starts it and gets an answer in ${Date.now() - begun} ms`);
}
