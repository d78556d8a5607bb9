import { globToRegExp } from './glob';
import { RedisError, type Reply, Status } from './reply';
import type { Hash, Store } from './store';

type Handler = (store: Store, args: Buffer[]) => Reply;

/** A command on keys: the least number of arguments that it takes, and what it does. */
interface Command {
  readonly least: number;
  readonly most?: number;
  readonly run: Handler;
}

const SYNTAX = 'ERR syntax error';
const text = (bytes: Buffer) => bytes.toString();
const newHash = (): Hash => new Map();

function integer(bytes: Buffer | undefined): number {
  const number = Number(bytes?.toString());
  if (!bytes?.length || !Number.isSafeInteger(number)) throw new RedisError('ERR value is not an integer or out of range');
  return number;
}

/** Where a range with counts from the end (-1 is the last) begins and ends, ready for `slice`. */
function range(length: number, from: Buffer, to: Buffer): [number, number] {
  const absolute = (index: number) => (index < 0 ? Math.max(0, length + index) : index);
  const last = integer(to);
  return [absolute(integer(from)), last < -length ? 0 : absolute(last) + 1];
}

function set(store: Store, [key, value, ...options]: Buffer[]): Reply {
  let expiresAt: number | undefined;
  let keep = false;
  let only: 'NX' | 'XX' | undefined;
  for (let i = 0; i < options.length; i++) {
    const option = text(options[i]).toUpperCase();
    if (option === 'EX' || option === 'PX') {
      const amount = integer(options[++i]);
      if (amount <= 0) throw new RedisError("ERR invalid expire time in 'set' command");
      expiresAt = Date.now() + amount * (option === 'EX' ? 1000 : 1);
    } else if (option === 'NX' || option === 'XX') {only = option;} else if (option === 'KEEPTTL') {keep = true;} else {throw new RedisError(SYNTAX);}
  }
  if (only && store.has(text(key)) === (only === 'NX')) return null;
  if (keep) store.update(text(key), value);
  else store.set(text(key), value, expiresAt);
  return Status.OK;
}

function increase(store: Store, key: string, by: number): number {
  const number = integer(store.get(key, Buffer) ?? Buffer.from('0')) + by;
  store.update(key, Buffer.from(String(number)));
  return number;
}

function expire(store: Store, [key, amount]: Buffer[], unit: number): number {
  return Number(store.expireAt(text(key), Date.now() + integer(amount) * unit));
}

function timeToLive(store: Store, key: Buffer, unit: number): number {
  const at = store.expiry(text(key));
  if (at === undefined) return -2;
  return at === Infinity ? -1 : Math.ceil((at - Date.now()) / unit);
}

function push(store: Store, [key, ...values]: Buffer[], end: 'push' | 'unshift'): number {
  const list = store.getOrCreate<Buffer[]>(text(key), Array, () => []);
  for (const value of values) list[end](value);
  return list.length;
}

function trim(store: Store, [key, from, to]: Buffer[]): Reply {
  const list = store.get<Buffer[]>(text(key), Array);
  if (list) {
    const kept = list.slice(...range(list.length, from, to));
    list.splice(0, list.length, ...kept);
    store.dropIfEmpty(text(key));
  }
  return Status.OK;
}

function hashSet(store: Store, [key, ...pairs]: Buffer[]): number {
  if (pairs.length % 2) throw new RedisError("ERR wrong number of arguments for 'hset' command");
  const hash = store.getOrCreate(text(key), Map as new () => Hash, newHash);
  const before = hash.size;
  for (let i = 0; i < pairs.length; i += 2) hash.set(text(pairs[i]), pairs[i + 1]);
  return hash.size - before;
}

/** How many of the members `remove` removed from the collection under the key. */
function removeFrom(store: Store, key: Buffer, members: Buffer[], collection?: { delete(member: string): boolean }): number {
  const removed = members.filter((member) => collection?.delete(text(member))).length;
  store.dropIfEmpty(text(key));
  return removed;
}

const hashAt = (store: Store, key: Buffer) => store.get(text(key), Map as new () => Hash);
const setAt = (store: Store, key: Buffer) => store.get(text(key), Set as new () => Set<string>);
const listAt = (store: Store, key: Buffer) => store.get<Buffer[]>(text(key), Array) ?? [];

/** Every command that works on keys alone. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  GET: { least: 1, most: 1, run: (store, [key]) => store.get(text(key), Buffer) ?? null },
  SET: { least: 2, run: set },
  DEL: { least: 1, run: (store, keys) => keys.filter((key) => store.delete(text(key))).length },
  UNLINK: { least: 1, run: (store, keys) => keys.filter((key) => store.delete(text(key))).length },
  EXISTS: { least: 1, run: (store, keys) => keys.filter((key) => store.has(text(key))).length },
  KEYS: { least: 1, most: 1, run: (store, [glob]) => store.keys().filter((key) => globToRegExp(text(glob)).test(key)) },
  EXPIRE: { least: 2, run: (store, args) => expire(store, args, 1000) },
  PEXPIRE: { least: 2, run: (store, args) => expire(store, args, 1) },
  PERSIST: { least: 1, most: 1, run: (store, [key]) => Number(timeToLive(store, key, 1) >= 0 && store.expireAt(text(key), undefined)) },
  TTL: { least: 1, most: 1, run: (store, [key]) => timeToLive(store, key, 1000) },
  PTTL: { least: 1, most: 1, run: (store, [key]) => timeToLive(store, key, 1) },
  INCR: { least: 1, most: 1, run: (store, [key]) => increase(store, text(key), 1) },
  INCRBY: { least: 2, most: 2, run: (store, [key, by]) => increase(store, text(key), integer(by)) },
  DECR: { least: 1, most: 1, run: (store, [key]) => increase(store, text(key), -1) },

  RPUSH: { least: 2, run: (store, args) => push(store, args, 'push') },
  LPUSH: { least: 2, run: (store, args) => push(store, args, 'unshift') },
  LLEN: { least: 1, most: 1, run: (store, [key]) => listAt(store, key).length },
  LRANGE: { least: 3, most: 3, run: (store, [key, from, to]) => listAt(store, key).slice(...range(listAt(store, key).length, from, to)) },
  LTRIM: { least: 3, most: 3, run: trim },

  HSET: { least: 3, run: hashSet },
  HGET: { least: 2, most: 2, run: (store, [key, field]) => hashAt(store, key)?.get(text(field)) ?? null },
  HMGET: { least: 2, run: (store, [key, ...fields]) => fields.map((field) => hashAt(store, key)?.get(text(field)) ?? null) },
  HGETALL: { least: 1, most: 1, run: (store, [key]) => [...hashAt(store, key) ?? []].flat() },
  HDEL: { least: 2, run: (store, [key, ...fields]) => removeFrom(store, key, fields, hashAt(store, key)) },

  SADD: {
    least: 2,
    run: (store, [key, ...members]) => {
      const group = store.getOrCreate(text(key), Set as new () => Set<string>, () => new Set<string>());
      const before = group.size;
      members.forEach((member) => group.add(text(member)));
      return group.size - before;
    },
  },
  SREM: { least: 2, run: (store, [key, ...members]) => removeFrom(store, key, members, setAt(store, key)) },
  SMEMBERS: { least: 1, most: 1, run: (store, [key]) => [...setAt(store, key) ?? []] },
  SISMEMBER: { least: 2, most: 2, run: (store, [key, member]) => Number(setAt(store, key)?.has(text(member)) ?? false) },
  SCARD: { least: 1, most: 1, run: (store, [key]) => setAt(store, key)?.size ?? 0 },

  DBSIZE: { least: 0, most: 0, run: (store) => store.keys().length },
  FLUSHALL: { least: 0, run: (store) => { store.clear(); return Status.OK; } },
};
