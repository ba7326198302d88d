// What a request tells of its visitor decides, over real sockets: node context.mjs PATH-TO-SPLITPLOT
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Server, withFolder } from './server.mjs';

const kBinary = process.argv[2];
// Registered in the Netherlands since the nineties: an address of RIPE NCC.
const kDutch = '193.0.6.139';
const kPhone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';

const kDocuments = `
kind: flag
key: greeting
variants: {plain: plain, dutch: dutch, phone: phone, german: german, party: party, evening: evening, sale: sale}
default: plain
rules:
  - {id: country, if: {country: NL}, serve: dutch}
  - {id: device, if: {device: mobile}, serve: phone}
  - {id: language, if: {language: de}, serve: german}
  - {id: campaign, if: {utm_campaign: sale}, serve: sale}
  - {id: holiday, if: {holiday: Founders' Day}, serve: party}
  - {id: time, if: {hour: {$gte: 18}}, serve: evening}
`;

await withFolder(async (folder) => {
  const holidays = join(folder, 'holidays.csv');
  writeFileSync(holidays, "date,name,country\n2030-06-05,Founders' Day,\n");
  const args = ['--test-mode', 'on', '--time-zone', 'Europe/Berlin', '--holidays', holidays, '--trusted-proxies', '127.0.0.1, ::1'];
  const server = await new Server(kBinary, join(folder, 'data'), { args }).start();
  try {
    await check(server);
  } finally {
    await server.kill();
  }
});

async function check(server) {
  server.apply('greeting.yaml', kDocuments);
  await setClock(server, '2030-06-04T10:00:00Z');

  const greeting = async (headers, context = {}, key = server.keys.client) => {
    const ask = (path) => server.request('POST', path, { key, body: { context }, headers });
    const one = await (await ask('/ofrep/v1/evaluate/flags/greeting')).json();
    const all = await (await ask('/ofrep/v1/evaluate/flags')).json();
    assert.equal(all.flags.find((flag) => flag.key === 'greeting').value, one.value, 'single and bulk say the same');
    const body = { attributes: context, forcedVariations: {}, forcedFeatures: [], url: context.url ?? '' };
    const remote = await (await server.request('POST', `/api/eval/${key}`, { body, headers })).json();
    assert.equal(remote.features.greeting.defaultValue, one.value, 'and so does remote evaluation');
    return one.value;
  };

  assert.equal(await greeting({}), 'plain');
  assert.equal(await greeting({ 'x-forwarded-for': kDutch }), 'dutch');
  assert.equal(await greeting({ 'x-forwarded-for': `8.8.8.8, ${kDutch}, 127.0.0.1` }), 'dutch', 'the last that is no proxy');
  assert.equal(await greeting({ 'x-forwarded-for': `${kDutch}, 8.8.8.8` }), 'plain', 'nobody can pretend');
  assert.equal(await greeting({ 'user-agent': kPhone }), 'phone');
  assert.equal(await greeting({ 'accept-language': 'de-CH, en;q=0.8' }), 'german');
  assert.equal(await greeting({}, { url: 'https://shop.example/?utm_campaign=sale' }), 'sale');
  assert.equal(await greeting({ 'x-forwarded-for': kDutch }, { country: 'BE' }), 'plain', 'what the caller says wins');
  assert.equal(await greeting({ 'x-forwarded-for': kDutch }, { country: null }), 'plain', 'also that there is none');
  assert.equal(await greeting({ 'x-forwarded-for': kDutch }, {}, server.keys.server), 'plain', 'a server is no visitor');

  await setClock(server, '2030-06-04T16:00:00Z');
  assert.equal(await greeting({}), 'evening', '18:00 in Berlin');
  await setClock(server, '2030-06-04T22:30:00Z');
  assert.equal(await greeting({}), 'party', 'the day has begun in Berlin');
  assert.equal(await greeting({}, {}, server.keys.server), 'party', 'time is the same for all');
}

async function setClock(server, now) {
  const answer = await server.request('POST', '/api/v1/test/clock', { key: server.keys.admin, body: { now } });
  assert.equal(answer.status, 200, await answer.text());
}
