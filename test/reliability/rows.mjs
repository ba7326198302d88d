// The reliability rows of the scorecard, each against a real server: what is done to it, and what must come out.
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, withFolder, withServer } from '../served/server.mjs';
import { compare, journalled, Producer, random } from './producer.mjs';
import { badConfiguration } from './bad_configuration.mjs';
import { hostileBodies } from './hostile.mjs';
import { storesAway } from './stores.mjs';
import { droppedListeners } from './storm.mjs';

const kFlag = 'kind: flag\nkey: f\nvariants: {on: true, off: false}\ndefault: on\n';

export const kTiers = {
  quick: { kills: 100, restarts: 5, faults: 12, cuts: 40, slow: 300, listeners: 10_000 },
  long: { kills: 1000, restarts: 25, faults: 60, cuts: 400, slow: 2000, listeners: 10_000 },
};

async function checked(server, producer) {
  const { lost, doubled } = compare(producer.acknowledged, await journalled(server));
  const verified = JSON.parse(server.run('verify', '--data', server.data, '--json'));
  return { lost, doubled, verified };
}

/** R1: killed at random moments while clients send and send again. */
async function kills(binary, { kills: count }, seed) {
  const draw = random(seed);
  return withServer(binary, async (server) => {
    const producer = new Producer(server, 'k', { draw }).start(6);
    for (let kill = 0; kill < count; ++kill) {
      await sleep(5 + draw() * 150);
      await server.kill();
      await server.start();
    }
    await sleep(200);
    await producer.finish();
    await server.stop();
    const { lost, doubled, verified } = await checked(server, producer);
    return {
      id: 'R1', test: 'acknowledged events over random kill -9, clients retry', n: count, target: '0 lost, 0 doubled',
      ours: `${lost} lost, ${doubled} doubled`, met: lost === 0 && doubled === 0 && verified.good && producer.acknowledged.length > count,
      beside: `${producer.acknowledged.length} events acknowledged; warehouse ${verified.warehouse.events}, journal ${verified.journal.events}`,
    };
  });
}

/** R2: the power goes at each write and sync; the journal on a file layer that forgets, which no real process can stand on: the store's own tests. */
async function powerCuts(binary) {
  return withFolder(async (folder) => {
    const report = join(folder, 'report.json');
    const filter = 'JournalPowerCut.*';
    try {
      execFileSync(join(dirname(binary), 'store_unit'), [`--gtest_filter=${filter}`, `--gtest_output=json:${report}`], { stdio: 'ignore' });
    } catch { /* failures stand in the report */ }
    const { tests, failures, testsuites } = JSON.parse(readFileSync(report, 'utf8'));
    const steps = testsuites.flatMap(({ testsuite }) => testsuite).reduce((sum, test) => sum + Number(test.steps ?? 0), 0);
    return {
      id: 'R2', test: 'power cut at every write and sync of the journal', n: steps, target: '0 lost, always starts',
      ours: failures === 0 ? '0 lost, always starts' : `${failures} of ${tests} tests fail`, met: failures === 0 && steps > 50,
      beside: `${tests} tests; per cut six fates of what was not synced; cuts during recovery and after failed syncs too`,
    };
  });
}

/** R3: fdatasync answers EIO at the Nth call. */
async function failedSyncs(binary, { faults }, seed) {
  const outcomes = { lost: 0, doubled: 0, refused: 0, unanswered: 0, retried: 0 };
  for (let nth = 1; nth <= faults; ++nth) {
    await withFolder(async (folder) => {
      const data = join(folder, 'data');
      const plain = await new Server(binary, data).start();
      plain.apply('flag.yaml', kFlag);
      await plain.stop();
      const trace = join(folder, 'trace');
      const server = new Server(binary, data, {
        wrapper: ['strace', '-D', '-f', '-q', '-o', trace, '-P', join(data, 'journal', '00000000000000000000.journal'), '-e', 'trace=fdatasync', '-e', `inject=fdatasync:error=EIO:when=${nth + 4}`],
      });
      Object.assign(server, { keys: plain.keys });
      await server.start();
      const producer = new Producer(server, `s${nth}`, { draw: random(seed + nth), pauseMs: 1 }).start(4);
      for (let waited = 0; producer.refused === 0 && waited < 4000; waited += 20) await sleep(20);
      const decision = await (await server.evaluate('f', { targetingKey: 'u' })).json();
      if (decision.value !== true) outcomes.unanswered += 1;
      await sleep(400);
      await producer.finish();
      await server.stop();
      const { lost, doubled } = await checked(server, producer);
      outcomes.lost += lost;
      outcomes.doubled += doubled;
      outcomes.refused += [...producer.refusals].join() === '503' ? 1 : 0;
    });
  }
  const { lost, doubled, refused, unanswered } = outcomes;
  return {
    id: 'R3', test: 'fdatasync of the journal fails (EIO) at the Nth call', n: faults, target: '503, 0 lost, decides on',
    ours: `${refused} of ${faults} refused with 503, ${lost} lost`, met: refused === faults && lost === 0 && doubled === 0 && unanswered === 0,
    beside: `${doubled} doubled; ${unanswered} decisions unanswered; events are taken again by themselves`,
  };
}

/** Whether a start without any space says so and ends: it cannot serve, and must not crash. */
function startOnFullDisk(binary, data, ballast) {
  for (let bytes = 1 << 20; bytes >= 1; bytes = bytes > 1 ? Math.ceil(bytes / 16) : 0) {
    try {
      for (;;) appendFileSync(ballast, Buffer.alloc(bytes));
    } catch { /* no more of this size */ }
  }
  const { status, stderr } = spawnSync(binary, ['serve', '--data', data, '--listen', '127.0.0.1:0'], { encoding: 'utf8', timeout: 30_000 });
  rmSync(ballast);
  return status === 5 && /disk is full|no space is left/i.test(stderr);
}

/** R4: the disk runs full, and is freed. */
async function fullDisk(binary) {
  return withFolder(async (folder) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
    const server = new Server(binary, join(disk, 'data'), { args: ['--journal-reserve', '4MB'] });
    try {
      await server.start();
      server.apply('../flag.yaml', kFlag);
      const producer = new Producer(server, 'd', { batch: 400 }).start(4);
      const ballast = join(disk, 'ballast');
      writeFileSync(ballast, Buffer.alloc(24 << 20));
      for (let waited = 0; producer.refused === 0 && waited < 60_000; waited += 50) await sleep(50);
      const statusWhenFull = (await server.request('GET', '/readyz')).status;
      const decided = (await (await server.evaluate('f', { targetingKey: 'u' })).json()).value === true;
      const before = producer.acknowledged.length;
      rmSync(ballast);
      for (let waited = 0; producer.acknowledged.length === before && waited < 20_000; waited += 50) await sleep(50);
      const resumed = producer.acknowledged.length > before;
      const refusals = [...producer.refusals].join(' and ');
      await producer.finish();
      await server.kill();  // what is not saved must be read again at the next start
      const clean = startOnFullDisk(binary, server.data, ballast);
      await server.start();
      await server.stop();
      const { lost, doubled, verified } = await checked(server, producer);
      return {
        id: 'R4', test: 'disk full (64 MB tmpfs), then freed', n: 1, target: '503, decides on, resumes',
        ours: `${refusals || 'not refused'}, ${decided ? 'decides' : 'silent'}, ${resumed ? 'resumes' : 'stuck'}`,
        met: refusals === '503' && clean && decided && resumed && lost === 0 && doubled === 0 && statusWhenFull === 503 && verified.good,
        beside: `${producer.acknowledged.length} events, ${lost} lost, ${doubled} doubled; starts again`,
      };
    } finally {
      await server.kill();
      execFileSync('umount', ['-l', disk]);
    }
  });
}

/** R5: the stopped server's journal is cut or bits of it are flipped; it starts and misses only what was hit. */
async function damagedJournal(binary, { cuts }, seed) {
  const draw = random(seed);
  return withServer(binary, async (server) => {
    const producer = new Producer(server, 'c', { batch: 10 }).start(2);
    await sleep(300);
    await producer.finish();
    await server.stop();
    const journal = join(server.data, 'journal');
    const file = join(journal, readdirSync(journal).filter((name) => name.endsWith('.journal')).sort().at(-1));
    const whole = readFileSync(file);
    const stored = (await journalled(server)).length;
    let notStarted = 0;
    let worst = 0;
    for (let i = 0; i < cuts; ++i) {
      const cutting = i % 2 === 0;
      if (cutting) {
        truncateSync(file, whole.length - 1 - Math.floor(draw() * 300));
      } else {
        const flipped = Buffer.from(whole);
        const at = 64 + Math.floor(draw() * (whole.length - 64));
        flipped[at] ^= 1 << Math.floor(draw() * 8);
        writeFileSync(file, flipped);
      }
      try {
        const found = (await journalled(server)).length;
        worst = Math.max(worst, stored - found);
        // Profiles and warehouse are ahead of the damaged journal now: the server starts all the same, and takes events.
        await server.start();
        const after = await new Producer(server, `after${i}`, { batch: 1 }).once();
        if (!after) notStarted += 1;
        await server.stop();
      } catch {
        notStarted += 1;
      }
      for (const name of readdirSync(journal)) if (join(journal, name) !== file) rmSync(join(journal, name));
      writeFileSync(file, whole);
    }
    return {
      id: 'R5', test: 'journal cut within its last records, or one bit flipped', n: cuts, target: 'only bad records lost',
      ours: `at most ${worst} records of ${stored}, ${notStarted} not started`, met: notStarted === 0 && worst <= 4 && stored > 0,
      beside: 'a cut of up to 300 bytes may reach two records; every byte and bit is tried in the unit tests',
    };
  });
}

/** R6: a tenth of the batches is sent twice, over restarts. */
async function duplicates(binary, { restarts }, seed) {
  return withServer(binary, async (server) => {
    const producer = new Producer(server, 'r', { resend: 0.1, draw: random(seed) }).start(4);
    for (let i = 0; i < restarts; ++i) {
      await sleep(400);
      await server.stop();
      await server.start();
    }
    await producer.finish();
    // What was acknowledged long ago is sent once more after the last restart.
    const again = new Producer(server, 'r', {}).start(4);
    await sleep(200);
    await again.finish();
    await server.stop();
    const { lost, doubled, verified } = await checked(server, producer);
    return {
      id: 'R6', test: 'duplicates: 10 % sent again, over restarts', n: producer.acknowledged.length, target: '0 extra',
      ours: `${doubled} extra, ${lost} lost`, met: doubled === 0 && lost === 0 && verified.good, beside: `${restarts} restarts`,
    };
  });
}

export const kRows = { R1: kills, R2: powerCuts, R3: failedSyncs, R4: fullDisk, R5: damagedJournal, R6: duplicates, R7: storesAway, R8: droppedListeners, R9: badConfiguration, X2: hostileBodies };
