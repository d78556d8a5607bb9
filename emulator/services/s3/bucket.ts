import { createHash } from 'node:crypto';
import type { Statement } from '../iam/policy';

export interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: Date;
  /** Content-Type, Cache-Control and other stored headers, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A bucket with its objects in memory. */
export class Bucket {
  public readonly objects = new Map<string, StoredObject>();
  /** Statements of its bucket policy. */
  public policy: Statement[] = [];

  public constructor(public readonly name: string) {}

  public get arn(): string {
    return `arn:aws:s3:::${this.name}`;
  }

  public put(key: string, body: Buffer, headers: Record<string, string> = {}): StoredObject {
    const object = { body, headers, modified: new Date(), etag: etagOf(body) };
    this.objects.set(key, object);
    return object;
  }

  /** Adds an object whose content is created when it is first read. */
  public putLater(key: string, make: () => Buffer): void {
    let made: Buffer | undefined;
    const body = () => made ??= make();
    this.objects.set(key, {
      headers: {},
      modified: new Date(),
      get body() { return body(); },
      get etag() { return etagOf(body()); },
    });
  }
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
