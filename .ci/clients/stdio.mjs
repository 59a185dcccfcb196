// The official TypeScript SDK as a client of the built binary over stdio.
// Usage: node stdio.mjs BINARY SIMULATOR_URL
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

const [binary, api] = process.argv.slice(2);
const owner = 'obviously-fake-owner-token';

// session starts the server as a desktop client does: a command and a few
// variables, nothing else of the environment.
async function session(args, env, use) {
  const faults = [];
  const transport = new StdioClientTransport({ command: binary, args, env, stderr: 'pipe' });
  let log = '';
  transport.stderr?.on('data', (chunk) => { log += chunk; });
  const client = new Client({ name: 'ci', version: '1.0.0' }, { capabilities: {} });
  client.onerror = (error) => faults.push(error.message);
  await client.connect(transport);
  try {
    await use(client);
  } finally {
    await client.close();
  }
  assert.deepEqual(faults, [], 'something that is no protocol message reached stdout');
  assert.ok(!log.includes(owner), 'the token is in the log');
}

async function call(client, name, args, options) {
  const result = await client.callTool({ name, arguments: args ?? {} }, undefined, options);
  const text = result.content.find((c) => c.type === 'text')?.text;
  if (result.isError) {
    assert.equal(result.structuredContent, undefined);
    return { error: JSON.parse(text).error };
  }
  if (result.structuredContent !== undefined && text !== undefined) {
    assert.deepEqual(JSON.parse(text), result.structuredContent, `${name}: text and structured content differ`);
  }
  return result.structuredContent;
}

async function everyProject(client) {
  const items = [];
  let cursor;
  let pages = 0;
  do {
    const page = await call(client, 'list_projects', cursor ? { cursor, limit: 7 } : { limit: 7 });
    assert.equal(page.error, undefined, JSON.stringify(page.error));
    items.push(...page.items);
    cursor = page.next_cursor;
    pages += 1;
    assert.ok(pages < 50, 'the list does not end');
  } while (cursor);
  assert.ok(pages > 1, 'one page only');
  return items;
}

const checks = {
  async 'an account is listed whole, against an API in another process'() {
    await session(['serve'], { ZEROPS_TOKEN: owner, ZEROPS_API_URL: api }, async (client) => {
      const { tools } = await client.listTools();
      assert.ok(tools.length >= 12, `${tools.length} tools`);
      for (const tool of tools) {
        assert.ok(tool.title && tool.description && tool.annotations, `${tool.name} is not described`);
        assert.equal(tool.inputSchema.type, 'object');
      }
      const all = await call(client, 'list_projects');
      assert.ok(all.items.length >= 15, `${all.items.length} projects`);
      assert.ok(new Set(all.items.map((p) => p.org)).size >= 2, 'one organisation only');
      const paged = await everyProject(client);
      assert.equal(new Set(paged.map((p) => p.id)).size, paged.length, 'a project is listed twice');
      assert.deepEqual(paged.map((p) => p.id).sort(), all.items.map((p) => p.id).sort());
      const services = await call(client, 'list_services');
      assert.ok(services.items.length > 0);
    });
  },
  async 'a change reports progress and its end'() {
    await session(['serve'], { ZEROPS_TOKEN: owner, ZEROPS_API_URL: api }, async (client) => {
      const services = await call(client, 'list_services', { status: ['ACTIVE'], category: 'USER' });
      const service = services.items[0];
      const steps = [];
      const done = await call(client, 'restart_service', { service: service.id, wait_seconds: 40 }, { onprogress: (p) => steps.push(p.progress) });
      assert.equal(done.status, 'done', JSON.stringify(done));
      assert.ok(done.processes.length > 0);
      assert.deepEqual(steps, [...steps].sort((a, b) => a - b), 'progress fell');
    });
  },
  async 'destroying takes two steps'() {
    await session(['serve', '--toolsets', 'all'], { ZEROPS_TOKEN: owner, ZEROPS_API_URL: api }, async (client) => {
      const services = await call(client, 'list_services', { status: ['ACTIVE'], category: 'USER' });
      const service = services.items.at(-1);
      const first = await call(client, 'stop_service', { service: service.id });
      assert.equal(first.status, 'confirmation_required', JSON.stringify(first));
      const wrong = await call(client, 'stop_service', { service: services.items[0].id, confirm: first.confirm });
      assert.equal(wrong.error?.code, 'confirmation_invalid', JSON.stringify(wrong));
      const second = await call(client, 'stop_service', { service: service.id, confirm: first.confirm });
      assert.ok(['done', 'in_progress'].includes(second.status), JSON.stringify(second));
    });
  },
  async 'the demo needs no token'() {
    await session(['serve', '--demo'], {}, async (client) => {
      const who = await call(client, 'whoami');
      assert.ok(who.organizations.length >= 2, JSON.stringify(who));
      assert.ok((await everyProject(client)).length >= 15);
    });
  },
  async 'without a token every tool says what to do'() {
    await session([], { ZEROPS_API_URL: api, ZEROPS_TOKEN: '${ZEROPS_TOKEN}' }, async (client) => {
      const { error } = await call(client, 'list_projects');
      assert.equal(error.code, 'unauthorized');
      assert.match(error.message + error.hint, /ZEROPS_TOKEN/);
      assert.match(error.message, /expand/);
    });
    await session([], { ZEROPS_API_URL: api, ZEROPS_TOKEN: 'obviously-fake-revoked-token' }, async (client) => {
      const { error } = await call(client, 'list_projects');
      assert.equal(error.code, 'unauthorized');
      assert.equal(error.status, 401);
      assert.ok(!JSON.stringify(error).includes('obviously-fake-revoked-token'));
    });
  },
  async 'read-only holds at the list and at the call'() {
    await session(['--read-only'], { ZEROPS_TOKEN: owner, ZEROPS_API_URL: api }, async (client) => {
      const { tools } = await client.listTools();
      assert.ok(tools.every((t) => t.annotations.readOnlyHint), 'a tool that writes is listed');
      const { error } = await call(client, 'restart_service', { service: 'AAAAAAAAAAAAAAAAAAAAAA' });
      assert.equal(error.code, 'read_only');
    });
  },
  async 'an unreachable API is an answer, not a hang'() {
    await session([], { ZEROPS_TOKEN: owner, ZEROPS_API_URL: 'http://127.0.0.1:9' }, async (client) => {
      const { error } = await call(client, 'list_projects');
      assert.equal(error.code, 'unavailable');
    });
  },
  async 'bad arguments come back readable'() {
    await session(['--demo'], {}, async (client) => {
      for (const args of [{ project: '../client/x' }, { project: '' }, { project: 5 }, { projekt: 'x' }]) {
        const { error } = await call(client, 'get_project', args);
        assert.ok(['invalid_arguments', 'not_found'].includes(error.code), JSON.stringify(error));
        assert.ok(error.message.length > 10);
      }
    });
  },
  async 'a script that pipes calls gets every answer'() {
    const lines = [
      { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'pipe', version: '1' } } },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      ...Array.from({ length: 100 }, (_, i) => ({ jsonrpc: '2.0', id: i + 1, method: 'tools/call', params: { name: 'list_projects', arguments: {} } })),
    ].map((m) => JSON.stringify(m)).join('\n'); // no line end after the last
    const child = spawn(binary, ['--demo'], { env: { PATH: process.env.PATH }, stdio: ['pipe', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (chunk) => { out += chunk; });
    child.stdin.end(lines);
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 0);
    const answers = out.trim().split('\n').map((l) => JSON.parse(l)).filter((m) => m.id !== undefined && m.result);
    assert.equal(answers.length, 101);
  },
};

for (const [name, check] of Object.entries(checks)) {
  const begun = Date.now();
  try {
    await check();
  } catch (error) {
    console.error(`not ok - ${name}`);
    throw error;
  }
  console.log(`ok - ${name} (${Date.now() - begun} ms)`);
}
