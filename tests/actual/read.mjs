// Feeds Actual's own server (npm @actual-app/sync-server, as published) over SimpleFIN, and prints what it has read, as JSON.
//   SETUP_TOKEN=… node read.mjs
//   WRONG='[{"name":…,"token":…,"accessUrl":…}]' node read.mjs   what Actual makes of each of these, asked for accounts once and for transactions twice
// With SQL_JS=true its database is sql.js (SQLite as WebAssembly), so that nothing need be compiled; see sqlite.mjs. All of Actual's code is as it was published.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'affluent-actual-'));
const here = import.meta.dirname;
const listener = net.createServer().listen(0, '127.0.0.1');
const port = await new Promise(ready => listener.once('listening', () => ready(listener.address().port)));
await new Promise(closed => listener.close(closed));

const log = [];
const server = spawn(
  process.execPath,
  [
    ...(process.env.SQL_JS === 'true' ? ['--import', './sqlite.mjs'] : []),
    path.join(here, 'node_modules/@actual-app/sync-server/build/bin/actual-server.js'),
  ],
  {
    cwd: here,
    env: {
      ...process.env,
      ACTUAL_DATA_DIR: folder,
      ACTUAL_PORT: String(port),
      ACTUAL_HOSTNAME: '127.0.0.1',
      NODE_ENV: 'production',
    },
  },
);
server.stdout.on('data', text => log.push(text));
server.stderr.on('data', text => log.push(text));

const headers = { 'content-type': 'application/json' };
async function post(route, body) {
  const answer = await fetch(`http://127.0.0.1:${port}${route}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${route}: ${answer.status} ${text}`);
  return JSON.parse(text).data;
}

async function ready() {
  for (let tries = 0; tries < 150; tries++) {
    if (server.exitCode !== null) throw new Error('it ended');
    if (await fetch(`http://127.0.0.1:${port}/info`).then(a => a.ok, () => false)) return;
    await new Promise(later => setTimeout(later, 200));
  }
  throw new Error('it does not answer');
}

async function imported(token) {
  await post('/secret', { name: 'simplefin_token', value: token });
  const found = {
    configured: (await post('/simplefin/status', {})).configured,
    accounts: await post('/simplefin/accounts', {}),
    imports: [],
  };
  const ids = (found.accounts.accounts ?? []).map(account => account.id);
  for (let time = 0; time < 2; time++) {
    found.imports.push(await post('/simplefin/transactions', { accountId: ids, startDate: ids.map(() => '2000-01-01') }));
  }
  // One that is nobody's.
  found.foreign = await post('/simplefin/transactions', { accountId: '4711', startDate: '2000-01-01' });
  return found;
}

async function refused(wrong) {
  const found = {};
  for (const { name, token, accessUrl, account } of wrong) {
    // As when its user resets SimpleFIN and pastes something else.
    await post('/secret', { name: 'simplefin_token', value: token ?? 'none' });
    await post('/secret', { name: 'simplefin_accessKey', value: accessUrl ?? null });
    const codes = [await post('/simplefin/accounts', {})];
    for (let time = 0; time < 2; time++) {
      codes.push(await post('/simplefin/transactions', { accountId: account ?? '1', startDate: '2000-01-01' }));
    }
    found[name] = codes.map(data => data.error_code ?? 'fine');
  }
  return found;
}

try {
  await ready();
  const wrong = JSON.parse(process.env.WRONG ?? '[]');
  headers['x-actual-token'] = (await post('/account/bootstrap', { password: 'only-for-this-run' })).token;
  const found = wrong.length > 0 ? await refused(wrong) : await imported(process.env.SETUP_TOKEN);
  process.stdout.write(JSON.stringify(found));
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(`${error.stack}\n${log.join('')}`);
} finally {
  server.kill();
  fs.rmSync(folder, { recursive: true, force: true });
}
