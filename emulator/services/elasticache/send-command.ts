import { connect } from 'node:tls';
import type { RedisOptions } from '.';

/** Sends one command to a server on loopback, and resolves to its reply: a status, or a string. */
export async function sendCommand(port: number, { password, tls }: RedisOptions, command: readonly string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ca: tls.ca });
  try {
    const replies: string[] = [];
    if (password) socket.write(encoded(['AUTH', password]));
    socket.write(encoded(command));
    let received = Buffer.alloc(0);
    for await (const part of socket as AsyncIterable<Buffer>) {
      received = Buffer.concat([received, part]);
      for (let reply = next(received); reply; reply = next(received)) {
        received = received.subarray(reply.length);
        replies.push(reply.text);
      }
      if (replies.length === (password ? 2 : 1)) return replies.at(-1)!;
    }
    throw new Error('Redis closed the connection');
  } finally {
    socket.destroy();
  }
}

function encoded(command: readonly string[]): string {
  return `*${command.length}\r\n${command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`;
}

/** The first complete reply, and its length in bytes. */
function next(received: Buffer): { text: string; length: number } | undefined {
  const end = received.indexOf('\r\n');
  if (end < 0) return undefined;
  const line = received.subarray(0, end).toString();
  if (line.startsWith('-')) throw new Error(line.slice(1));
  if (!line.startsWith('$')) return { text: line.slice(1), length: end + 2 };
  const length = end + 2 + Number(line.slice(1)) + 2;
  return received.length < length ? undefined : { text: received.subarray(end + 2, length - 2).toString(), length };
}
