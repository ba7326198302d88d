// A split-URL test as visitors see it: GrowthBook's browser SDK on a page sends half of them to another, by rules and by remote
// evaluation, with the query of their address, and what it reports are the results.
//   node redirect.mjs BINARY
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { setTimeout as rest } from 'node:timers/promises';
import { Findings } from '../e2e/program.mjs';
import { withServer } from '../served/server.mjs';
import { launch } from './browser.mjs';

const kPatienceMs = 30_000;
const kVisitors = 8;
const kBundle = readFileSync(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/@growthbook/growthbook/dist/bundles/index.min.js`);

const page = (options) => `<!doctype html><title>Landing</title><p>The page as it was</p><script src="/sdk.js"></script><script>
  const visitor = new URLSearchParams(location.search).get('visitor');
  const options = ${JSON.stringify(options)};
  const gb = new growthbook.GrowthBook({ ...options, attributes: { id: visitor }, url: location.href,
    trackingCallback: (experiment, result) => fetch(options.apiHost + '/track?client_key=' + options.clientKey, { method: 'POST', keepalive: true,
      body: JSON.stringify([{ event_name: 'Experiment Viewed', user_id: visitor, properties_json: { experimentId: experiment.key, variationId: result.key } }]) }) });
  gb.init({ timeout: ${kPatienceMs} }).then(() => { document.documentElement.dataset.looked = gb.getRedirectUrl() || 'stays'; });
</script>`;

/** The shop: a page that is tested, and the one that it is tested against. */
async function withShop(work) {
  const options = {};
  const shop = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://shop');
    if (pathname === '/sdk.js') return response.end(kBundle);
    response.setHeader('content-type', 'text/html');
    return response.end(pathname === '/landing' ? page(options) : '<!doctype html><title>New</title><p>The new page</p>');
  });
  await new Promise((resolve) => shop.listen(0, '127.0.0.1', resolve));
  try {
    return await work(`http://127.0.0.1:${shop.address().port}`, options);
  } finally {
    shop.closeAllConnections();
    shop.close();
  }
}

const documents = (shop) => `
kind: experiment
key: landing
status: running
seed: landing
pages: [${shop}/landing]
variants: [{key: control}, {key: new, redirect: "${shop}/landing-new?from=test#top"}]
metrics: {primary: [orders]}
---
{kind: metric, key: orders, type: proportion, event: Order Completed}
---
{kind: connection, key: shop-app, type: client, local_evaluation: true}
`;

/** Where the visitors of a page end up. */
async function visit(browser, shop, name, findings) {
  const ends = {};
  for (let i = 0; i < kVisitors; ++i) {
    const context = await browser.newContext();
    const window = await context.newPage();
    window.on('pageerror', (error) => findings.expect(false, `page error: ${error.message}`));
    await window.goto(`${shop}/landing?visitor=${name}-${i}&utm_source=a%20b`);
    await window.waitForFunction(() => document.title === 'New' || document.documentElement.dataset.looked === 'stays');
    ends[`${name}-${i}`] = window.url().slice(shop.length);
    await context.close();
  }
  return ends;
}

async function check(server, browser, shop, options, findings) {
  const applied = server.apply('redirect.yaml', documents(shop));
  const rules = /connection 'shop-app'[^\n]*\n\s+(sp_\S+)/.exec(applied)[1];
  let visitors = 0;
  for (const [name, how] of Object.entries({ rules: { clientKey: rules }, remote: { clientKey: server.keys.client, remoteEval: true } })) {
    Object.assign(options, { apiHost: server.url, remoteEval: false }, how);
    const ends = await visit(browser, shop, name, findings);
    visitors += kVisitors;
    for (const [visitor, end] of Object.entries(ends)) {
      const answer = await server.request('POST', '/api/v1/redirect', { key: server.keys.client, body: { context: { targetingKey: visitor, url: `${shop}/landing?visitor=${visitor}&utm_source=a%20b` } } });
      const { redirect } = await answer.json();
      const expected = redirect ? `/landing-new?from=test&visitor=${visitor}&utm_source=a+b#top` : `/landing?visitor=${visitor}&utm_source=a%20b`;
      findings.expect(end === expected && (redirect ?? `${shop}${end}`) === `${shop}${end}`, `${visitor} ends at ${end}, expected ${expected}, the server says ${redirect}`);
    }
    const moved = Object.values(ends).filter((end) => end.startsWith('/landing-new')).length;
    findings.expect(moved > 0 && moved < kVisitors, `${name}: ${moved} of ${kVisitors} were redirected`);
  }
  const units = () => JSON.parse(server.run('results', 'landing', '--json')).source.units;
  for (const end = Date.now() + kPatienceMs; units() < visitors && Date.now() < end;) await rest(200);
  findings.expect(units() === visitors, `${units()} of ${visitors} visitors are in the results, those who left among them`);
}

const [binary] = process.argv.slice(2);
const findings = new Findings();
const browser = await launch();
try {
  await withServer(binary, (server) => withShop((shop, options) => check(server, browser, shop, options, findings)));
} finally {
  await browser.close();
}
process.exitCode = findings.conclude('redirects in a browser');
