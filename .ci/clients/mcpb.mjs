// Starts the server exactly as the host of a Claude Desktop bundle would, for
// settings as people leave them. The placeholders are filled in by the host's
// own library.
// Usage: node mcpb.mjs BUNDLE_DIRECTORY SIMULATOR_URL
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { getMcpConfigForManifest } from '@anthropic-ai/mcpb';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const [bundle, api] = process.argv.slice(2);
const manifest = JSON.parse(readFileSync(path.join(bundle, 'manifest.json'), 'utf8'));
const token = 'obviously-fake-owner-token';

async function start(userConfig, use) {
  const config = await getMcpConfigForManifest({
    manifest, extensionPath: bundle, systemDirs: { HOME: bundle }, userConfig, pathSeparator: path.sep,
  });
  const transport = new StdioClientTransport({
    command: config.command, args: config.args, env: { ...config.env, ZEROPS_API_URL: api }, cwd: '/', stderr: 'ignore',
  });
  const client = new Client({ name: 'host', version: '1.0.0' });
  await client.connect(transport);
  try {
    const result = await client.callTool({ name: 'whoami', arguments: {} });
    const { tools } = await client.listTools();
    await use(result.structuredContent ?? JSON.parse(result.content[0].text), tools.map((t) => t.name));
  } finally {
    await client.close();
  }
}

await start({ token }, (who, tools) => {
  assert.equal(who.server.read_only, true, 'the bundle does not start read-only');
  assert.ok(!tools.includes('restart_service'));
});
console.log('ok - defaults: read-only');

await start({ token, read_only: false, deploy_roots: [] }, (who, tools) => {
  assert.equal(who.server.read_only, false);
  assert.deepEqual(who.server.projects, []);
  assert.equal(who.server.warnings, undefined);
  assert.ok(tools.includes('restart_service'));
});
console.log('ok - changes allowed, every project');

await start({ token, read_only: false, projects: '', toolsets: '', deploy_roots: [] }, (who, tools) => {
  assert.deepEqual(who.server.projects, ['(none)']);
  assert.equal(who.server.warnings.length, 2);
  assert.deepEqual(tools, ['whoami']);
});
console.log('ok - emptied limits are the strict ones');

const roots = ['one', 'two'].map((name) => path.join(bundle, name));
roots.forEach((root) => mkdirSync(root, { recursive: true }));
await start({ token, read_only: false, projects: 'blog, landing', toolsets: 'all', deploy_roots: roots }, (who, tools) => {
  assert.deepEqual(who.server.projects, ['blog', 'landing']);
  assert.ok(tools.includes('delete_project'));
});
console.log('ok - several projects and folders');

await start({ token: 'pasted wrongly' }, (who) => {
  assert.equal(who.error.code, 'unauthorized');
});
console.log('ok - a token that is none is an answer, not a crash');
