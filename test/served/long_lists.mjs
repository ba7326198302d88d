// Lists of many ids, uploaded: replaced, added to, taken from; decided by at once; stored without being stored again.
//   node long_lists.mjs BINARY [COUNT]      with a count, also says what each step takes
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Findings } from '../e2e/program.mjs';
import { withServer } from './server.mjs';

const [binary, said] = process.argv.slice(2);
const kCount = Number(said ?? 50_000);

const kFlag = `kind: list
key: known
description: Whom we know
values: [old-hand]
---
kind: flag
key: welcome
variants: {back: true, new: false}
default: new
rules: [{if: {id: {$inGroup: known}}, serve: back}]
`;

const idOf = (i) => `customer-${String(i).padStart(7, '0')}`;

/** All bytes of the catalogue, its log included. */
function catalogueBytes(server) {
  return readdirSync(server.data).filter((name) => name.startsWith('catalogue.sqlite')).reduce((sum, name) => sum + statSync(join(server.data, name)).size, 0);
}

/** What a process used so far. */
function usage(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ').slice(13, 15).map(Number);
  return { megabytes: Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024), processorMs: 10 * (user + system) };
}

async function main() {
  const findings = new Findings();
  await withServer(binary, async (server, folder) => {
    server.apply('known.yaml', kFlag);
    const timed = async (what, work) => {
      if (!said) return work();
      const begun = performance.now();
      const before = usage(server.pid).processorMs;
      const answer = await work();
      const { megabytes, processorMs } = usage(server.pid);
      console.log(`${what}: ${Math.round(performance.now() - begun)} ms, ${processorMs - before} ms of a processor, ${megabytes} MB at most, catalogue ${(catalogueBytes(server) / 1e6).toFixed(1)} MB`);
      return answer;
    };
    const upload = async (query, body, type = 'text/csv') => {
      const response = await server.request('POST', `/api/v1/lists/known${query}`, { key: server.keys.admin, body, headers: { 'content-type': type } });
      return { status: response.status, ...(await response.json()) };
    };
    const isKnown = async (id) => (await (await server.evaluate('welcome', { targetingKey: id })).json()).value;
    const expectKnown = async (ids, answer, why) => {
      for (const id of ids) findings.expect((await isKnown(id)) === answer, `${id} is ${answer ? 'not ' : ''}known ${why}`);
    };

    const all = 'id\n' + Array.from({ length: kCount }, (_, i) => `${idOf(i)}\n`).join('');
    const first = await timed('all', () => upload('', all));
    findings.expect(first.status === 200 && first.values === kCount && first.added === kCount && first.removed === 1, `replacing answers ${JSON.stringify(first)}`);
    await expectKnown([idOf(0), idOf(kCount - 1)], true, 'after the upload');
    await expectKnown(['old-hand', 'stranger', 'id'], false, 'after the upload');
    const stored = catalogueBytes(server);
    const again = await timed('the same', () => upload('', all));
    findings.expect(again.changed === false && again.revision === first.revision, `the same list answers ${JSON.stringify(again)}`);

    const added = await timed('one more', () => upload('?mode=add', '["ann", "ann", 17]', 'application/json'));
    findings.expect(added.values === kCount + 2 && added.added === 2 && added.removed === 0 && added.repeated === 1, `adding answers ${JSON.stringify(added)}`);
    await expectKnown(['ann', idOf(5)], true, 'after one was added');
    const removed = await timed('one less', () => upload('?mode=remove&column=user', `name,user\n"Doe, Jane",${idOf(5)}\nnobody,nobody\n`));
    findings.expect(removed.values === kCount + 1 && removed.removed === 1 && removed.added === 0, `removing answers ${JSON.stringify(removed)}`);
    await expectKnown([idOf(5), 'nobody'], false, 'after it was removed');
    const lines = await upload('?mode=add&dry_run=true', '{"id":"bob"}\n{"id":"ann"}\n', 'application/x-ndjson');
    findings.expect(lines.added === 1 && lines.dry_run === true, `JSON lines answer ${JSON.stringify(lines)}`);
    await expectKnown(['bob'], false, 'after a dry run');

    for (let i = 0; i < 8; ++i) await timed('another one', () => upload('?mode=add', `late-${i}\n`));
    await expectKnown(['late-0', 'late-7'], true, 'after ten changes');
    const grown = catalogueBytes(server) - stored;
    findings.expect(grown < 600_000, `ten changes of one id made the catalogue ${grown} bytes larger`);

    const file = join(folder, 'ids.csv');
    writeFileSync(file, 'late-0\nlate-1\n');
    findings.expect(/^known: \d+ values \(0 added, 2 removed\), revision \d+\n$/.test(server.run('lists', 'import', 'known', file, '--remove')), 'the command says something else');
    const history = server.run('history');
    findings.expect(history.length < 10_000 && /list imported/.test(history), `the history is ${history.length} bytes long`);
    const then = await (await server.request('GET', `/api/v1/documents/list/known?at=${removed.revision}`, { key: server.keys.admin })).json();
    findings.expect(then.values.length === kCount + 1 && then.description === 'Whom we know', 'the list of then is not what it was');

    await server.stop();
    await server.start();
    await expectKnown(['late-7', idOf(0), 'ann'], true, 'after a restart');
    await expectKnown(['late-0', idOf(5)], false, 'after a restart');
    server.run('rollback', String(first.revision));
    await expectKnown([idOf(5)], true, 'after a rollback');
    await expectKnown(['ann'], false, 'after a rollback');

    const before = (await server.status()).revision;
    for (const [query, body, status, words] of [
      ['', '', 422, 'there are no values'],
      ['', 'a\n"b\n', 422, 'line 2: a quote is never closed'],
      ['', 'a,b\nc,d\n', 422, 'line 1: there are 2 columns'],
      ['?column=user', 'id,name\n', 422, "line 1: there is no column 'user'"],
      ['', '[["a"]]', 422, '/0: nothing is identical to a list'],
      ['?mode=merge', 'a\n', 400, "there is no mode 'merge'"],
    ]) {
      const answer = await upload(query, body);
      findings.expect(answer.status === status && answer.detail.startsWith(words) && answer.hint !== '', `${query} ${body} is answered ${JSON.stringify(answer)}`);
    }
    const nowhere = await server.request('POST', '/api/v1/lists/unheard-of?mode=remove', { key: server.keys.admin, body: 'a\n' });
    findings.expect(nowhere.status === 404, `removing from no list is answered ${nowhere.status}`);
    const odd = await server.request('POST', '/api/v1/lists/a%2Fb', { key: server.keys.admin, body: 'a\n' });
    findings.expect(odd.status === 400, `a key with a slash is answered ${odd.status}`);
    findings.expect((await server.status()).revision === before, 'what was refused changed something');
    await server.stop();
    server.run('verify');
  });
  return findings.conclude('long lists');
}

process.exitCode = await main();
