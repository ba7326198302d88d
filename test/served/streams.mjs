// OpenFeature's web SDK with its OFREP provider against a real server: told of changes, never polling.
//   node streams.mjs BINARY
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import { Findings } from '../e2e/program.mjs';
import { withServer } from './server.mjs';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);
const { OpenFeature, ProviderEvents } = require('@openfeature/web-sdk');
const { OFREPWebProvider } = require('@openfeature/ofrep-web-provider');
const { EventSource } = require('eventsource');

const kPatienceMs = 30_000;
const kDayAndMore = 25 * 3600;

/** What a browser has and node has not. */
function becomeBrowser() {
  globalThis.EventSource = EventSource;
  const stored = new Map();
  globalThis.localStorage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
    removeItem: (key) => stored.delete(key),
  };
}

const flag = (variant) => `
kind: flag
key: banner
variants: {old: old text, new: new text, newest: newest text}
default: ${variant}
`;

/** A provider and what it asked the server. */
function providerOf(server) {
  const asked = [];
  const provider = new OFREPWebProvider({
    baseUrl: server.url,
    headers: [['Authorization', `Bearer ${server.keys.client}`]],
    fetchImplementation: (input, init) => {
      const request = new Request(input, init);
      asked.push({ query: new URL(request.url).search, etag: request.headers.get('if-none-match') });
      return fetch(request);
    },
  });
  return { provider, asked };
}

const bannerOf = () => OpenFeature.getClient().getStringValue('banner', 'none');

/** Waits until the condition holds; false after a long time. */
async function comes(condition) {
  for (const end = Date.now() + kPatienceMs; Date.now() < end; await pause(20)) {
    if (await condition()) return true;
  }
  return false;
}

async function metric(server, name) {
  const text = await (await server.request('GET', '/metrics', { key: server.keys.admin })).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}
const openStreams = (server) => metric(server, 'splitplot_streams_open');

async function checkChanges(server, findings) {
  server.apply('flag.yaml', flag('old'));
  const { provider, asked } = providerOf(server);
  let changes = 0;
  OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, () => { ++changes; });
  await OpenFeature.setContext({ targetingKey: 'u1' });
  await OpenFeature.setProviderAndWait(provider);
  findings.expect(bannerOf() === 'old text', `at the start the flag is '${bannerOf()}'`);
  findings.expect(await comes(async () => (await openStreams(server)) === 1), 'the provider opened no stream');

  for (const [variant, text] of [['new', 'new text'], ['newest', 'newest text']]) {
    server.apply('flag.yaml', flag(variant));
    findings.expect(await comes(() => bannerOf() === text), `the change to '${text}' did not reach the provider`);
  }
  // The provider has the values a moment before it tells the application.
  findings.expect(await comes(() => changes >= 2), `the application was told of ${changes} changes, not 2`);
  const told = asked.filter(({ query }) => query.includes('flagConfigEtag='));
  findings.expect(told.length >= 2 && told.every(({ query, etag }) => query.includes('flagConfigLastModified=') && etag), `the event gave the provider no hints: ${JSON.stringify(asked)}`);
  findings.expect((await metric(server, 'splitplot_streams_begun_total')) === 1, 'the provider opened its stream again, though its URL is the same');

  await pause(1000);  // an event may still be on its way, of a change that was seen already
  const before = asked.length;
  await pause(2000);
  findings.expect(asked.length === before, `the provider asked though nothing had changed: it polls: ${JSON.stringify(asked)}`);
  await OpenFeature.clearProviders();
  findings.expect(await comes(async () => (await openStreams(server)) === 0), 'the stream of a closed provider stays open');
}

/** A page that comes back after its token is over: the provider kept URL, flags and ETag in the browser. */
async function checkReturn(server, findings) {
  await server.request('POST', '/api/v1/test/clock', { key: server.keys.admin, body: { advance_seconds: kDayAndMore } });
  const begun = await metric(server, 'splitplot_streams_begun_total');
  const { provider, asked } = providerOf(server);
  await OpenFeature.setProviderAndWait(provider);
  findings.expect(bannerOf() === 'newest text', `after the return the flag is '${bannerOf()}'`);
  findings.expect(await comes(async () => (await openStreams(server)) === 1), 'after its token was over, the provider got no stream');
  findings.expect((await metric(server, 'splitplot_streams_begun_total')) === begun + 1, 'the provider got more than one stream');
  await pause(3000);
  findings.expect(asked.length <= 3, `after its return the provider asked ${asked.length} times: it goes round in a circle`);
  server.apply('flag.yaml', flag('old'));
  findings.expect(await comes(() => bannerOf() === 'old text'), 'a change after the return did not reach the provider');
  await OpenFeature.close();
}

async function main([binary]) {
  becomeBrowser();
  const findings = new Findings();
  await withServer(binary, async (server) => {
    await checkChanges(server, findings);
    await checkReturn(server, findings);
  }, { args: ['--test-mode', 'on'] });
  return findings.conclude('OpenFeature web SDK, told of changes');
}

process.exitCode = await main(process.argv.slice(2));
