import { RedisError } from './reply';

export type Hash = Map<string, Buffer>;
type Value = Buffer | Buffer[] | Hash | Set<string>;
type Kind<T extends Value> = new (...args: never[]) => T;

const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value';

/** The keys of one server, with their times of expiry. */
export class Store {
  private readonly values = new Map<string, { value: Value; expiresAt?: number }>();

  /** The value under the key if it is of the kind; undefined if there is none. */
  get<T extends Value>(key: string, kind: Kind<T>): T | undefined {
    const value = this.entry(key)?.value;
    if (value !== undefined && !(value instanceof kind)) throw new RedisError(WRONG_TYPE);
    return value;
  }

  /** The value under the key, made with `create` if there is none. */
  getOrCreate<T extends Value>(key: string, kind: Kind<T>, create: () => T): T {
    const found = this.get(key, kind);
    if (found) return found;
    const value = create();
    this.values.set(key, { value });
    return value;
  }

  set(key: string, value: Value, expiresAt?: number): void {
    this.values.set(key, { value, expiresAt });
  }

  /** Replaces the value and leaves the time of expiry as it is. */
  update(key: string, value: Value): void {
    this.values.set(key, { value, expiresAt: this.entry(key)?.expiresAt });
  }

  has(key: string): boolean {
    return this.entry(key) !== undefined;
  }

  delete(key: string): boolean {
    const existed = this.has(key);
    this.values.delete(key);
    return existed;
  }

  /** A list, hash or set that has become empty is no key any more. */
  dropIfEmpty(key: string): void {
    const value = this.entry(key)?.value;
    if (value && !Buffer.isBuffer(value) && (Array.isArray(value) ? value.length : value.size) === 0) this.values.delete(key);
  }

  expireAt(key: string, time: number | undefined): boolean {
    const entry = this.entry(key);
    if (entry) entry.expiresAt = time;
    return entry !== undefined;
  }

  /** When the key expires: undefined without such a key, Infinity without such a time. */
  expiry(key: string): number | undefined {
    const entry = this.entry(key);
    return entry && (entry.expiresAt ?? Infinity);
  }

  keys(): string[] {
    return [...this.values.keys()].filter((key) => this.has(key));
  }

  clear(): void {
    this.values.clear();
  }

  private entry(key: string) {
    const entry = this.values.get(key);
    if (entry?.expiresAt !== undefined && entry.expiresAt <= Date.now()) {
      this.values.delete(key);
      return undefined;
    }
    return entry;
  }
}
