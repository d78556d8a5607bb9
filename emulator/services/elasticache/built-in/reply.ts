/** An error as Redis words it: the code first. */
export class RedisError extends Error {}

/** A status such as `+OK`, as opposed to a string. */
export class Status {
  static readonly OK = new Status('OK');
  constructor(readonly text: string) {}
}

export type Reply = Status | RedisError | Buffer | string | number | null | Reply[];

/** A reply in RESP2. */
export function encode(reply: Reply): Buffer {
  if (reply === null) return Buffer.from('$-1\r\n');
  if (typeof reply === 'number') return Buffer.from(`:${reply}\r\n`);
  if (reply instanceof Status) return Buffer.from(`+${reply.text}\r\n`);
  if (reply instanceof RedisError) return Buffer.from(`-${reply.message}\r\n`);
  if (Array.isArray(reply)) return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(encode)]);
  const bytes = Buffer.from(reply);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}
