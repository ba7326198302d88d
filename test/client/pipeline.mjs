// Many small requests over a few connections, several under way on each: what a test of a million answers needs. Knows as much
// of HTTP as a server of ours answers.
import { connect } from 'node:net';

const kConnections = 4;

class Connection {
  #socket;
  #head;
  #waiting = [];
  #received = Buffer.alloc(0);

  constructor(port, path, key) {
    this.#head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAuthorization: Bearer ${key}\r\n`;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed a connection')));
  }

  post(body) {
    if (this.#socket.destroyed) return Promise.reject(new Error('the server closed a connection'));
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#socket.write(`${this.#head}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    });
  }

  end() { this.#socket.destroy(); }

  #take(bytes) {
    this.#received = this.#received.length > 0 ? Buffer.concat([this.#received, bytes]) : bytes;
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = this.#received.toString('latin1', 0, end);
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
      const next = end + 4 + length;
      if (this.#received.length < next) return;
      const body = this.#received.toString('utf8', end + 4, next);
      this.#received = this.#received.subarray(next);
      const { resolve, reject } = this.#waiting.shift();
      if (head.startsWith('HTTP/1.1 200')) resolve(JSON.parse(body));
      else reject(new Error(`${head}\n${body}`));
    }
  }

  #fail(error) {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

export class Pipeline {
  #connections = [];
  #next = 0;
  #connect;

  constructor(port, path, key) {
    this.#connect = () => new Connection(port, path, key);
  }

  /** Connections begin with what is asked first: the server closes those that are idle. */
  post(body) {
    if (this.#connections.length === 0) this.#connections = Array.from({ length: kConnections }, this.#connect);
    return this.#connections[this.#next++ % kConnections].post(body);
  }
  end() { for (const connection of this.#connections) connection.end(); }
}
