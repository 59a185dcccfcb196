// The official TypeScript SDK as a client of the built binary over streamable
// HTTP and over the older transport with server-sent events.
// Usage: node remote.mjs BINARY SIMULATOR_URL
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const [binary, api] = process.argv.slice(2);
const owner = 'obviously-fake-owner-token';

// serve starts the server, passes its address to use, and ends it.
async function serve(args, use) {
  const child = spawn(binary, ['serve', '--transport', 'sse', '--listen', '127.0.0.1:0', '--toolsets', 'all', '--log-format', 'json', ...args], {
    env: { ZEROPS_API_URL: api, PATH: process.env.PATH }, stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  const address = new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      log += chunk;
      const found = /"address":"([^"]+)"/.exec(log);
      if (found) resolve(found[1]);
    });
    child.on('exit', (code) => reject(new Error(`the server ended with ${code}: ${log}`)));
    setTimeout(() => reject(new Error(`the server does not listen: ${log}`)), 10_000).unref();
  });
  try {
    await use(`http://${await address}`);
  } finally {
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGTERM');
    assert.equal(await ended, 0, `ended badly: ${log}`);
  }
  assert.ok(!log.includes(owner), 'the token is in the log');
}

const kinds = {
  http: (base, headers) => new StreamableHTTPClientTransport(new URL('/mcp', base), { requestInit: { headers } }),
  sse: (base, headers) => new SSEClientTransport(new URL('/sse', base), {
    requestInit: { headers },
    eventSourceInit: { fetch: (url, init) => fetch(url, { ...init, headers: { ...headers, Accept: 'text/event-stream' } }) },
  }),
};

// connected runs use with a client; answer, if given, is the person's.
async function connected(kind, base, answer, use, token = owner) {
  const client = new Client({ name: 'ci', version: '1.0.0' }, { capabilities: answer ? { elicitation: {} } : {} });
  const asked = [];
  if (answer) {
    client.setRequestHandler(ElicitRequestSchema, async (request) => {
      asked.push(request.params);
      return answer(request.params);
    });
  }
  await client.connect(kinds[kind](base, { Authorization: `Bearer ${token}` }));
  try {
    await use(client, asked);
  } finally {
    await client.close();
  }
}

async function call(client, name, args, options) {
  const result = await client.callTool({ name, arguments: args ?? {} }, undefined, options);
  if (result.isError) return { error: JSON.parse(result.content[0].text).error };
  return result.structuredContent;
}

// victim is a service of its own for a test that destroys.
async function victim(client, name) {
  const project = (await call(client, 'list_projects', { status: ['ACTIVE'], limit: 1 })).items[0];
  const made = await call(client, 'create_service', { project: project.id, hostname: name, type: 'valkey@7.2', wait_seconds: 45 });
  assert.equal(made.error, undefined, JSON.stringify(made.error));
  return made.service?.id ?? (await call(client, 'get_service', { project: project.id, service: name })).id;
}

const checks = {};
for (const kind of Object.keys(kinds)) {
  checks[`${kind}: lists and calls`] = () => serve([], (base) => connected(kind, base, null, async (client) => {
    const { tools } = await client.listTools();
    assert.ok(tools.length >= 30, `${tools.length} tools`);
    const projects = await call(client, 'list_projects');
    assert.ok(projects.items.length >= 15);
    await client.ping();
  }));
  checks[`${kind}: progress comes before the answer`] = () => serve([], (base) => connected(kind, base, null, async (client) => {
    const services = await call(client, 'list_services', { status: ['ACTIVE'], category: 'USER' });
    const steps = [];
    const done = await call(client, 'restart_service', { service: services.items[0].id, wait_seconds: 40 }, { onprogress: (p) => steps.push(p.progress) });
    assert.equal(done.status, 'done', JSON.stringify(done));
    assert.ok(steps.length > 0, 'no progress');
  }));
  checks[`${kind}: a call can be cancelled`] = () => serve([], (base) => connected(kind, base, null, async (client) => {
    const services = await call(client, 'list_services', { status: ['ACTIVE'], category: 'USER' });
    const stop = new AbortController();
    const begun = Date.now();
    setTimeout(() => stop.abort(), 200);
    await assert.rejects(call(client, 'restart_service', { service: services.items.at(-1).id, wait_seconds: 40 }, { signal: stop.signal }));
    assert.ok(Date.now() - begun < 3000, 'cancelling took too long');
    await client.ping();
  }));
  checks[`${kind}: without a token nothing is served`] = () => serve([], async (base) => {
    for (const [method, path] of [['POST', '/mcp'], ['GET', '/mcp'], ['DELETE', '/mcp'], ['GET', '/sse'], ['POST', '/message']]) {
      const response = await fetch(base + path, { method });
      assert.equal(response.status, 401, `${method} ${path}`);
      assert.equal(response.headers.get('www-authenticate'), 'Bearer');
    }
    await assert.rejects(connected(kind, base, null, async () => {}, ''));
  });
}
checks['http: the person is asked'] = () => serve([], async (base) => {
  await connected('http', base, () => ({ action: 'decline' }), async (client, asked) => {
    const id = await victim(client, 'declined');
    const refused = await call(client, 'delete_service', { service: id });
    assert.equal(refused.error?.code, 'declined', JSON.stringify(refused));
    assert.equal(asked.length, 1);
  });
  await connected('http', base, () => ({ action: 'accept', content: { confirm: true, name: 'accepted' } }), async (client, asked) => {
    const id = await victim(client, 'accepted');
    const done = await call(client, 'delete_service', { service: id, wait_seconds: 30 });
    assert.equal(done.status, 'done', JSON.stringify(done));
    assert.equal(asked.length, 1);
  });
});
checks['sse: confirming takes two steps, even where the person could be asked'] = () => serve([], (base) => connected('sse', base, () => ({ action: 'accept' }), async (client, asked) => {
  const id = await victim(client, 'twosteps');
  const first = await call(client, 'delete_service', { service: id });
  assert.equal(first.status, 'confirmation_required', JSON.stringify(first));
  const second = await call(client, 'delete_service', { service: id, confirm: first.confirm, wait_seconds: 30 });
  assert.equal(second.status, 'done', JSON.stringify(second));
  assert.equal(asked.length, 0);
}));
checks['http: a client goes on with a server without memory'] = () => serve(['--stateless'], (base) => connected('http', base, null, async (client) => {
  assert.ok((await call(client, 'list_projects')).items.length >= 15);
}));

for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(`ok - ${name}`);
}
