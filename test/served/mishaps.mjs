// What goes wrong around a data folder: a first start on a taken port, parts that are missing, events with odd names.
//   node mishaps.mjs BINARY
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { Findings } from '../e2e/program.mjs';
import { Server, withFolder, withServer } from './server.mjs';

/** Runs the program to its end, whatever it says. */
function attempt(binary, ...args) {
  return spawnSync(binary, args, { encoding: 'utf8', timeout: 60_000 });
}

/** A first start that fails after the keys were made still shows them: nobody can ask for them again. */
async function firstStartOnTakenPort(findings, binary) {
  await withServer(binary, (other) => withFolder(async (folder) => {
    const data = join(folder, 'data');
    const failed = attempt(binary, 'serve', '--data', data, '--listen', `127.0.0.1:${other.port}`);
    findings.expect(failed.status === 6, `a taken port is answered with exit code ${failed.status}, not 6`);
    const admin = /^ {2}admin +(sp_admin_\S+)$/m.exec(failed.stdout)?.[1];
    findings.expect(admin !== undefined, `a first start that failed did not show its keys: ${failed.stdout}`);
    const server = await new Server(binary, data).start();
    try {
      const { status } = await server.request('GET', '/api/v1/status', { key: admin });
      findings.expect(status === 200, `the key shown by a first start that failed is answered with ${status}`);
    } finally {
      await server.kill();
    }
  }));
}

async function track(server, event, messageId) {
  const response = await server.request('POST', '/v1/track', { key: server.keys.client, body: { event, userId: 'u', messageId } });
  await response.text();
  return response.status;
}

async function missingParts(findings, binary) {
  await withServer(binary, async (server, folder) => {
    for (let i = 0; i < 20; ++i) await track(server, i === 0 ? '$exposure' : 'Tick', `m${i}`);
    await server.stop();
    const verified = JSON.parse(server.run('verify', '--json'));
    findings.expect(verified.good && verified.journal.events === 20, `an event that a client calls $exposure troubles verify: ${JSON.stringify(verified)}`);

    const withoutCatalogue = join(folder, 'without-catalogue');
    cpSync(server.data, withoutCatalogue, { recursive: true });
    rmSync(join(withoutCatalogue, 'catalogue.sqlite'));
    rmSync(join(withoutCatalogue, 'last-good'));
    const refused = attempt(binary, 'serve', '--data', withoutCatalogue, '--listen', '127.0.0.1:0');
    findings.expect(refused.status === 3 && /catalogue.*missing/.test(refused.stderr), `a journal without its catalogue was served: ${refused.status} ${refused.stderr}`);
    findings.expect(!readdirSync(withoutCatalogue).includes('catalogue.sqlite'), 'the refusal left a new catalogue behind');

    const shortJournal = join(folder, 'short-journal');
    cpSync(server.data, shortJournal, { recursive: true });
    const [segment] = readdirSync(join(shortJournal, 'journal')).filter((name) => name.endsWith('.journal'));
    truncateSync(join(shortJournal, 'journal', segment), 200);
    const shortened = await new Server(binary, shortJournal).start();
    await shortened.kill();
    findings.expect(/missing at the end/.test(shortened.errors), `the log does not say that the journal's end is missing: ${shortened.errors}`);
    const lost = attempt(binary, 'verify', '--data', shortJournal);
    findings.expect(lost.status === 3, `a journal that lost its end is answered with exit code ${lost.status}, not 3`);
    findings.expect(/restore a backup/.test(lost.stdout) && !/^splitplot rebuild/m.test(lost.stdout), `verify advises to throw away what only the warehouse holds: ${lost.stdout}`);
  });
}

async function main([binary]) {
  const findings = new Findings();
  await firstStartOnTakenPort(findings, binary);
  await missingParts(findings, binary);
  return findings.conclude('mishaps around a data folder');
}

process.exitCode = await main(process.argv.slice(2));
