// Plays histories through the import of @actual-app/api, and measures it.
//   node play.mjs play HISTORIES OUT     one history a line in; what is held after each reading, and where each row went, a line out
//   node play.mjs speed ROWS OUT         { "rows", "newSeconds", "unchangedSeconds" }
// What it prints goes to its own log; results to OUT.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import api from '@actual-app/api';

const [mode, input, out] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'affluent-bench-actual-'));
console.log = console.info = console.debug = () => {};

const date = day => new Date(day * 86_400_000).toISOString().slice(0, 10);

function transaction(row, account, tag) {
  return {
    account,
    date: date(row.day),
    amount: row.amount,
    payee_name: row.counterparty ?? row.text.replaceAll('\n', ' '),
    imported_payee: row.text.replaceAll('\n', ' '),
    imported_id: row.id ?? undefined,
    notes: tag,
    cleared: row.status === 'Booked',
  };
}

// Where it leaves a row as it is, it does not say which one it found: by id, else by what it keeps of a row.
function unchanged(row, held, taken) {
  const free = held.filter(h => !taken.has(h.id));
  return (
    (row.imported_id && free.find(h => h.imported_id === row.imported_id)) ??
    free.find(h => h.amount === row.amount && h.date === row.date && h.imported_payee === row.imported_payee) ??
    free.find(h => h.amount === row.amount && h.imported_payee === row.imported_payee)
  );
}

async function play(history) {
  const account = await api.createAccount({ name: history.name }, 0);
  const readings = [];
  for (const [at, fetch] of history.fetches.entries()) {
    const rows = fetch.rows.map((row, i) => transaction(row, account, `${at}:${i}`));
    const result = await api.importTransactions(account, rows);
    const held = await api.getTransactions(account, '2020-01-01', '2040-01-01');
    const assigned = rows.map(row => held.find(h => h.notes === row.notes)?.id ?? null);
    const taken = new Set(assigned.filter(id => id));
    for (const { transaction: told, existing } of result.updatedPreview ?? []) {
      const i = Number(told.notes?.split(':')[1]);
      const found = existing ?? (assigned[i] ? undefined : unchanged(rows[i], held, taken));
      if (found && !assigned[i]) {
        assigned[i] = found.id;
        taken.add(found.id);
      }
    }
    readings.push({ held: held.map(h => h.id), assigned });
  }
  return readings;
}

async function speed(count) {
  const account = await api.createAccount({ name: 'speed' }, 0);
  const rows = Array.from({ length: count }, (_, i) =>
    transaction(
      { day: 20454 + Math.floor(i / 60), amount: -(100 + (i % 900)), text: `CARTE SHOP ${i % 700}`, id: `id${i}`, status: 'Booked' },
      account,
      undefined,
    ),
  );
  const seconds = async () => {
    const start = process.hrtime.bigint();
    await api.importTransactions(account, structuredClone(rows));
    return Number(process.hrtime.bigint() - start) / 1e9;
  };
  return { rows: count, newSeconds: await seconds(), unchangedSeconds: await seconds() };
}

try {
  await api.init({ dataDir: folder });
  await api.runImport('bench', async () => {});
  if (mode === 'speed') {
    fs.writeFileSync(out, JSON.stringify(await speed(Number(input))));
  } else {
    const lines = fs.readFileSync(input, 'utf8').split('\n').filter(line => line);
    for (const line of lines) {
      fs.appendFileSync(out, JSON.stringify(await play(JSON.parse(line))) + '\n');
    }
  }
  await api.shutdown();
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
