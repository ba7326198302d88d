// Types, linter and tests of the dashboard's own code, with the packages that it is built with.
//   node computed.mjs WEB_FOLDER
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

function main([folder]) {
  if (!existsSync(join(folder, 'node_modules'))) {
    console.log('SKIPPED: no npm packages; run make deps');
    return 77;
  }
  for (const script of ['check', 'test']) {
    const { status } = spawnSync('npm', ['run', '--silent', script, '--prefix', folder], { stdio: 'inherit' });
    if (status !== 0) return 1;
  }
  return 0;
}

process.exitCode = main(process.argv.slice(2));
