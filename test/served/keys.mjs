// Keys come and go while the server runs, and whoever has the folder of a stopped one gets back in without any.
//   node keys.mjs BINARY
import { Findings, run } from '../e2e/program.mjs';
import { withServer } from './server.mjs';

const statusWith = async (server, key) => (await server.request('GET', '/api/v1/status', { key })).status;

/** What the command said when it failed; empty if it did not fail. */
function failure(work) {
  try {
    work();
    return '';
  } catch (error) {
    return error.stderr;
  }
}

async function main([binary]) {
  const findings = new Findings();
  await withServer(binary, async (server) => {
    const { admin } = server.keys;
    const offline = ['keys', 'add', 'admin', '--data', server.data, '--json'];
    findings.expect(/lock|use|running|another/.test(failure(() => run(binary, offline))), 'a running server lets another process into its folder');

    const second = JSON.parse(server.run('keys', 'add', 'admin', '--json'));
    findings.expect(second.kind === 'admin' && second.secret !== admin, 'the second key is no other admin key');
    findings.expect(await statusWith(server, admin) === 200 && await statusWith(server, second.secret) === 200, 'not both keys work');
    server.keys.admin = second.secret;
    server.run('keys', 'revoke-old', 'admin');
    findings.expect(await statusWith(server, admin) === 401 && await statusWith(server, second.secret) === 200, 'the old key works on, or the new one does not');

    await server.stop();
    const found = JSON.parse(run(binary, offline));
    findings.expect(found.connection === 'admin' && found.kind === 'admin', `an offline key is ${JSON.stringify(Object.keys(found))}`);
    findings.expect(/nobody/.test(failure(() => run(binary, ['keys', 'add', 'nobody', '--data', server.data]))), 'a key was made for a connection that is not there');
    findings.expect(/no data folder/.test(failure(() => run(binary, ['keys', 'add', 'admin', '--data', `${server.data}/nowhere`]))), 'a folder without a server is taken for one');
    await server.start();
    findings.expect(await statusWith(server, found.secret) === 200, 'the offline key does not open the server');
  });
  return findings.conclude('keys');
}

process.exitCode = await main(process.argv.slice(2));
