import type { ConnectionOptions } from 'node:tls';

/** Address of Redis, and credentials. */
export interface RedisEndpoint {
  /** `redis://` or `rediss://`, with or without user name, password and database. */
  readonly uri: string;
  /** Takes precedence over the password in the URI. */
  readonly password?: string;
  /** Further TLS options, such as `ca`. Only with `rediss://`. */
  readonly tls?: ConnectionOptions;
}

/** The parsed endpoint. */
export interface RedisTarget {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: ConnectionOptions;
}

export function targetOf({ uri, password, tls }: RedisEndpoint): RedisTarget {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  // The error does not contain the value, which contains a password.
  if (!url || !/^rediss?:$/.test(url.protocol)) throw new Error('the URI of Redis must begin with redis:// or rediss://');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    port: Number(url.port || 6379),
    database: Number(url.pathname.slice(1) || 0),
    username: decodeURIComponent(url.username) || undefined,
    password: password ?? (decodeURIComponent(url.password) || undefined),
    tls: url.protocol === 'rediss:' ? { servername: host, ...tls } : undefined,
  };
}

/** The endpoint as it was last read. The connections to it share this object. */
export class RedisAccess {
  private reading?: Promise<void>;
  private version = 0;

  public constructor(private endpoint: RedisEndpoint, private readonly readAgain?: () => Promise<RedisEndpoint>) {}

  public current(): { target: RedisTarget; version: number } {
    return { target: targetOf(this.endpoint), version: this.version };
  }

  /** Reads the credentials again, unless another connection has done so since `version`. False if they cannot be read. */
  public async refresh(version: number): Promise<boolean> {
    if (version !== this.version) return true;
    if (!this.readAgain) return false;
    this.reading ??= this.readAgain()
      .then((endpoint) => { this.endpoint = endpoint; this.version++; })
      .finally(() => { this.reading = undefined; });
    await this.reading;
    return true;
  }
}
