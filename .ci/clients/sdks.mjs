// Versions of the official TypeScript SDK as clients of the built binary over
// stdio, the oldest and the newest among them. They read answers in different
// ways; some refuse what their own protocol revision does not have.
// Usage: node sdks.mjs BINARY
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const [binary] = process.argv.slice(2);
const pinned = JSON.parse(readFileSync(new URL('package.json', import.meta.url))).dependencies;
const packages = Object.keys(pinned).filter((name) => /(^sdk-|\/sdk$)/.test(name));

async function check(name) {
  const { Client } = await import(`${name}/client/index.js`);
  const { StdioClientTransport } = await import(`${name}/client/stdio.js`);
  const transport = new StdioClientTransport({ command: binary, args: ['serve', '--demo'] });
  const client = new Client({ name: 'ci', version: '1.0.0' }, { capabilities: {} });
  const faults = [];
  client.onerror = (error) => faults.push(error.message);
  await client.connect(transport);
  try {
    assert.equal(client.getServerVersion().name, 'zerops-mcp');
    const { tools } = await client.listTools();
    assert.ok(tools.length >= 12, `${tools.length} tools`);
    const { resources } = await client.listResources();
    assert.ok(resources.length > 0);
    const { resourceTemplates } = await client.listResourceTemplates();
    assert.ok(resourceTemplates.length > 0);
    const { prompts } = await client.listPrompts();
    assert.ok(prompts.length > 0);
    const { messages } = await client.getPrompt({ name: 'cost_review' });
    assert.ok(messages.length > 0);
    const { contents } = await client.readResource({ uri: 'zerops://projects' });
    assert.ok(JSON.parse(contents[0].text).items.length > 0);
    const result = await client.callTool({ name: 'list_projects', arguments: {} });
    assert.ok(JSON.parse(result.content[0].text).items.length >= 15);
    const failed = await client.callTool({ name: 'get_project', arguments: { project: 'no such project' } });
    assert.equal(failed.isError, true);
  } finally {
    await client.close();
  }
  assert.deepEqual(faults, []);
}

assert.ok(packages.length >= 10, packages.join(' '));
let broken = 0;
for (const name of packages) {
  try {
    await check(name);
    console.log(`ok - ${pinned[name].replace(/^npm:/, '')} connects`);
  } catch (error) {
    broken += 1;
    console.error(`not ok - ${pinned[name]}: ${String(error.message).slice(0, 600)}`);
  }
}
assert.equal(broken, 0, `${broken} of ${packages.length} SDK versions failed`);
