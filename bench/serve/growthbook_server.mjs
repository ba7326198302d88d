// What a team writes that evaluates with GrowthBook's SDK behind an address of its own: node's http, the client of the SDK,
// the values of all features of W1 as an object.
//
//   node growthbook_server.mjs          prints its port
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { growthbookPayload } from '../decide/workload.mjs';

const { GrowthBookClient } = createRequire(`${process.env.SPLITPLOT_BENCH_MODULES}/`)('@growthbook/growthbook');
const payload = growthbookPayload();
const keys = Object.keys(payload.features);
const client = new GrowthBookClient().initSync({ payload });

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

const server = createServer(async (request, response) => {
  const { attributes } = await bodyOf(request);
  const values = Object.fromEntries(keys.map((key) => [key, client.evalFeature(key, { attributes }).value]));
  const body = JSON.stringify(values);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
