import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// `npm run dev` shows the pages while they are written; what they ask for comes from a real server.
const server = process.env['SPLITPLOT_SERVER'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: false,
    // The policy of the page forbids data: addresses for all but pictures, and every file is in the binary anyway.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  server: {
    proxy: {
      // The server takes a session's changes from its own pages only; behind the proxy these are its own.
      '/api': { target: server, changeOrigin: true, headers: { origin: server } },
    },
  },
});
