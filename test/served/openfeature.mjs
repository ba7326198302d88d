// OpenFeature's own SDK with its OFREP provider against a real server, and every raw answer against the OFREP schema.
//   node openfeature.mjs BINARY OFREP_OPENAPI_YAML
import { createRequire } from 'node:module';
import { Findings } from '../e2e/program.mjs';
import { kShop } from './documents.mjs';
import { ofrepSchema } from './ofrep_schema.mjs';
import { withServer } from './server.mjs';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);
const { OpenFeature } = require('@openfeature/server-sdk');
const { OFREPProvider } = require('@openfeature/ofrep-provider');

/** FNV-1a over UTF-16 code units, written here once more: the expectation must not come from the code under test. */
function fnv1a(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; ++i) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
const bucketOf = (seed, id) => (fnv1a(String(fnv1a(seed + id))) % 10000) / 10000;

async function clientOf(server) {
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: server.url, headers: [['Authorization', `Bearer ${server.keys.server}`]] }));
  return OpenFeature.getClient();
}

async function checkValues(client, findings) {
  const expect = (what, details, wanted) => {
    for (const [name, value] of Object.entries(wanted)) {
      findings.expect(JSON.stringify(details[name]) === JSON.stringify(value), `${what}: ${name} is ${JSON.stringify(details[name])}, not ${JSON.stringify(value)}`);
    }
  };
  const user = { targetingKey: 'u1', country: 'DE' };
  expect('static integer', await client.getNumberDetails('limit', 0, user), { value: 5, reason: 'STATIC', variant: 'small', errorCode: undefined });
  expect('static float', await client.getNumberDetails('ratio', 0, user), { value: 5, reason: 'STATIC', variant: 'whole' });
  expect('targeted', await client.getStringDetails('checkout-button', '', { ...user, email: 'a@shop.example' }), { value: '#0f0', reason: 'TARGETING_MATCH', variant: 'green' });
  expect('segment', await client.getBooleanDetails('dark-mode', false, { ...user, plan: 'pro' }), { value: true, reason: 'TARGETING_MATCH', variant: 'on' });
  expect('object', await client.getObjectDetails('layout', {}, { ...user, plan: 'team' }), { value: { columns: 3, order: ['image', 'price'] }, variant: 'grid' });
  expect('default after rules', await client.getObjectDetails('layout', {}, user), { reason: 'DEFAULT', variant: 'list' });
  expect('not there', await client.getBooleanDetails('nope', true, user), { value: true, errorCode: 'FLAG_NOT_FOUND' });
  expect('wrong type', await client.getBooleanDetails('limit', false, user), { value: false, errorCode: 'TYPE_MISMATCH' });
  expect('no targeting key', await client.getStringDetails('checkout-button', 'mine', {}), { value: 'mine', errorCode: 'TARGETING_KEY_MISSING' });
  expect('switched off', await client.getBooleanDetails('retired', true, user), { value: true });
}

/** 2,000 users through the SDK: the variant is the one that the hash says. */
async function checkAssignment(server, client, findings) {
  server.apply('seeded.yaml', `
kind: experiment
key: seeded
status: running
seed: s1
variants: {a: 50, b: 30, c: 20}
metrics: {primary: [orders]}
---
kind: flag
key: seeded-flag
variants: {a: 1, b: 2, c: 3}
default: a
rules: [{experiment: seeded}]
`);
  const wrong = [];
  for (let i = 0; i < 2000; ++i) {
    const id = i % 10 === 9 ? `nutzer-ü-${i}` : `user-${i}`;
    const bucket = bucketOf('s1', id);
    const wanted = bucket < 0.5 ? 1 : bucket < 0.8 ? 2 : 3;
    const details = await client.getNumberDetails('seeded-flag', 0, { targetingKey: id });
    if (details.value !== wanted || details.reason !== 'SPLIT' || details.flagMetadata.experimentKey !== 'seeded') wrong.push(id);
  }
  findings.expect(wrong.length === 0, `${wrong.length} of 2000 users got another variant than the hash says, e.g. ${wrong[0]}`);
}

/** Raw responses: all rules that make one response good for every provider. */
async function checkResponses(server, schema, findings) {
  const cases = [
    ['limit', { context: { targetingKey: 'u' } }, 200, 'evaluationSuccess'],
    ['checkout-button', { context: { targetingKey: 'u' } }, 200, 'evaluationSuccess'],
    ['checkout-button', {}, 400, 'evaluationFailure'],
    ['limit', {}, 200, 'evaluationSuccess'],
    ['retired', { context: {} }, 200, 'evaluationSuccess'],
    ['nope', { context: {} }, 404, 'flagNotFound'],
    ['limit', { context: 5 }, 400, 'evaluationFailure'],
    ['limit', '{', 400, 'evaluationFailure'],
    [undefined, { context: { targetingKey: 'u' } }, 200, 'bulkEvaluationSuccess'],
    [undefined, {}, 200, 'bulkEvaluationSuccess'],
    [undefined, '{', 400, 'bulkEvaluationFailure'],
  ];
  for (const [flag, body, status, name] of cases) {
    const what = `${flag ?? 'bulk'} ${JSON.stringify(body)}`;
    const path = `/ofrep/v1/evaluate/flags${flag ? `/${flag}` : ''}`;
    const response = await server.request('POST', path, { key: server.keys.client, body });
    const answer = await response.json();
    findings.expect(response.status === status, `${what}: status ${response.status}, not ${status}`);
    findings.expect(/^application\/json/.test(response.headers.get('content-type')), `${what}: no JSON content type`);
    for (const wrong of schema(name, answer)) findings.expect(false, `${what}: ${wrong}`);
    for (const one of answer.flags ?? [answer]) {
      findings.expect(one.metadata !== null && typeof one.metadata === 'object', `${what}: no metadata`);
      findings.expect('errorCode' in one ? typeof one.errorDetails === 'string' : typeof one.variant === 'string', `${what}: no variant or errorDetails`);
    }
  }
  const float = await (await server.evaluate('ratio', { targetingKey: 'u' })).text();
  findings.expect(float.includes('"value":5.0'), `a float flag is written ${float}`);
  const unknown = await server.request('POST', '/ofrep/v1/evaluate/flags/limit', { key: 'wrong', body: { context: {} } });
  findings.expect(unknown.status === 401 && typeof (await unknown.json()) === 'object', 'a wrong key is not answered 401 with a JSON object');
}

async function checkEtag(server, findings) {
  const ask = (context, etag) => server.request('POST', '/ofrep/v1/evaluate/flags', { key: server.keys.client, body: { context }, headers: etag ? { 'if-none-match': etag } : {} });
  const first = await ask({ targetingKey: 'u1', plan: 'free' });
  const etag = first.headers.get('etag');
  findings.expect(Boolean(etag), 'a bulk answer has no ETag');
  findings.expect((await ask({ targetingKey: 'u1', plan: 'free' }, etag)).status === 304, 'the same context and ETag are not answered 304');
  findings.expect((await ask({ targetingKey: 'u1', plan: 'free' }, `W/${etag}`)).status === 304, 'a weak ETag is not compared weakly');
  findings.expect((await ask({ targetingKey: 'u1', plan: 'pro' }, etag)).status === 200, 'another context with the old ETag got 304: stale values');
}

async function main([binary, schemaPath]) {
  const schema = ofrepSchema(schemaPath);
  if (!schema) {
    console.log(`SKIPPED: ${schemaPath} is missing`);
    return 77;
  }
  const findings = new Findings();
  await withServer(binary, async (server) => {
    server.apply('shop.yaml', kShop);
    const client = await clientOf(server);
    await checkValues(client, findings);
    await checkAssignment(server, client, findings);
    await checkResponses(server, schema, findings);
    await checkEtag(server, findings);
    await OpenFeature.close();
  });
  return findings.conclude('OpenFeature SDK through OFREP');
}

process.exitCode = await main(process.argv.slice(2));
