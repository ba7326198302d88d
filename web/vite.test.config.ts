import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The tests are bundled, because node itself does not read TypeScript; then node's own runner runs them.
const folder = fileURLToPath(new URL('tests', import.meta.url));
const tests = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));

export default defineConfig({
  build: {
    ssr: true,
    outDir: 'build/tests',
    emptyOutDir: true,
    rolldownOptions: {
      input: Object.fromEntries(tests.map((name) => [name.replace(/\.ts$/, ''), `${folder}/${name}`])),
      output: { entryFileNames: '[name].mjs' },
    },
  },
});
